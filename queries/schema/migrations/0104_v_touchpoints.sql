-- Touchpoints, each with the link that it came by (that of its click, else that of its ref), the link's
-- medium and owner, and its campaign (the link's, else the ad's), and the ad's set. What a printed link brought has the
-- source qr; a ref without a source on the wire is a link's if one is registered for it. For the program and for BI
-- tools.
CREATE OR REPLACE VIEW v_touchpoints
(
    day Date COMMENT 'day of the touchpoint, in the time zone of the settings',
    time DateTime64(3, 'UTC') COMMENT 'when',
    page_id LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String COMMENT 'person',
    number UInt32 COMMENT 'the person''s touchpoints up to this one',
    channel LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    source_name LowCardinality(String) COMMENT 'the entry point on the wire',
    ref String COMMENT 'referral parameter without a click''s mark',
    click String COMMENT 'number of the tracked click that led here',
    ad_id LowCardinality(String) COMMENT 'ad of the referral',
    ad_title LowCardinality(String) COMMENT 'title of the ad''s creative',
    referer LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)',
    country LowCardinality(String) COMMENT 'ISO 3166-1 code of the person''s country, by their number or id on WhatsApp; empty if it is not known',
    ctwa_clid String COMMENT 'Meta''s id of the click on an ad that opens a chat on WhatsApp',
    source String COMMENT 'entry point',
    link String COMMENT 'registered link that it came by',
    campaign String COMMENT 'campaign of the link, else of the ad',
    ad_set String COMMENT 'ad set of the ad',
    medium String COMMENT 'medium of the link',
    owner String COMMENT 'owner of the link'
)
AS
SELECT
    toDate(found.time, assumeNotNull((SELECT time_zone FROM settings_now))) AS day,
    found.time AS time,
    found.page_id AS page_id,
    found.person_id AS person_id,
    found.number AS number,
    found.channel AS channel,
    found.source_name AS source_name,
    found.ref AS ref,
    found.click AS click,
    found.ad_id AS ad_id,
    found.ad_title AS ad_title,
    found.referer AS referer,
    found.country AS country,
    found.ctwa_clid AS ctwa_clid,
    multiIf(
        found.source = 'link' AND links_now.is_printed, 'qr',
        found.source = 'other' AND found.source_name = '' AND found.link != '', if(links_now.is_printed, 'qr', 'link'),
        toString(found.source)) AS source,
    found.link AS link,
    if(links_now.campaign != '', links_now.campaign, ad_campaigns.campaign) AS campaign,
    ad_campaigns.ad_set AS ad_set,
    links_now.medium AS medium,
    links_now.owner AS owner
FROM
(
    SELECT
        made.time AS time,
        made.page_id AS page_id,
        made.person_id AS person_id,
        made.number AS number,
        made.channel AS channel,
        made.source_name AS source_name,
        made.ref AS ref,
        made.click AS click,
        made.ad_id AS ad_id,
        made.ad_title AS ad_title,
        made.referer AS referer,
        made.country AS country,
        made.ctwa_clid AS ctwa_clid,
        made.source AS source,
        multiIf(
            made.clicked != '', toString(made.clicked),
            made.source IN ('link', 'qr') OR made.source = 'other' AND made.source_name = '',
                arrayFirst(each -> each.1 IN (made.page_id, ''), links_by_ref.candidates).3,
            '') AS link
    FROM touchpoints AS made FINAL
    LEFT JOIN links_by_ref ON links_by_ref.ref = made.ref
) AS found
LEFT ANY JOIN links_now ON links_now.slug = found.link
LEFT ANY JOIN ad_campaigns ON ad_campaigns.ad_id = found.ad_id
-- Whatever a client sets: Cube and dbt set the first.
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'touchpoints, one a row'
