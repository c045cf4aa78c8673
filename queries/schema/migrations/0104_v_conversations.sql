-- Conversations, each with the link that it came by (that of its click, else that of its ref), the link's
-- medium and owner, and its campaign (the link's, else the ad's), and the ad's set. What a printed link brought has the
-- source qr; a ref without a source on the wire is a link's if one is registered for it. For the program and for BI
-- tools.
CREATE OR REPLACE VIEW v_conversations
(
    day Date COMMENT 'day of the opening, in the time zone of the settings',
    opened_at DateTime64(3, 'UTC') COMMENT 'when it was opened',
    page_id LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String COMMENT 'person',
    number UInt32 COMMENT 'the person''s conversations up to this one: 1 is their first',
    channel LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    source_name LowCardinality(String) COMMENT 'the entry point on the wire',
    ref String COMMENT 'referral parameter without a click''s mark',
    click String COMMENT 'number of the tracked click that led here',
    ad_id LowCardinality(String) COMMENT 'ad of the referral',
    ad_title LowCardinality(String) COMMENT 'title of the ad''s creative',
    referer LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)',
    depth UInt8 COMMENT 'stages reached behind the opening: 1 is messaged, 5 is purchase',
    messaged_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first message, or postback behind the opening',
    answered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first echo after that',
    engaged_at Nullable(DateTime64(3, 'UTC')) COMMENT 'message or postback after the answer',
    lead_at Nullable(DateTime64(3, 'UTC')) COMMENT 'lead after that',
    purchase_at Nullable(DateTime64(3, 'UTC')) COMMENT 'purchase after that',
    last_act_at DateTime64(3, 'UTC') COMMENT 'the person''s last act in it',
    waiting_since Nullable(DateTime64(3, 'UTC')) COMMENT 'first message or postback that no echo followed',
    acts UInt32 COMMENT 'the person''s acts in it',
    answers UInt32 COMMENT 'echoes in it',
    answered_app LowCardinality(String) COMMENT 'app of the echo that was the answer',
    answered_persona LowCardinality(String) COMMENT 'persona of that echo',
    country LowCardinality(String) COMMENT 'ISO 3166-1 code of the person''s country, by their number or id on WhatsApp; empty if it is not known',
    source String COMMENT 'entry point of the opening act: ad, link, qr, chat_plugin, discover, comment, sponsored, notification, customer_match, organic, other',
    link String COMMENT 'registered link that it came by',
    campaign String COMMENT 'campaign of the link, else of the ad',
    ad_set String COMMENT 'ad set of the ad',
    medium String COMMENT 'medium of the link',
    owner String COMMENT 'owner of the link'
)
AS
SELECT
    toDate(found.opened_at, assumeNotNull((SELECT time_zone FROM settings_now))) AS day,
    found.opened_at AS opened_at,
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
    found.depth AS depth,
    found.messaged_at AS messaged_at,
    found.answered_at AS answered_at,
    found.engaged_at AS engaged_at,
    found.lead_at AS lead_at,
    found.purchase_at AS purchase_at,
    found.last_act_at AS last_act_at,
    found.waiting_since AS waiting_since,
    found.acts AS acts,
    found.answers AS answers,
    found.answered_app AS answered_app,
    found.answered_persona AS answered_persona,
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
        made.opened_at AS opened_at,
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
        made.depth AS depth,
        made.messaged_at AS messaged_at,
        made.answered_at AS answered_at,
        made.engaged_at AS engaged_at,
        made.lead_at AS lead_at,
        made.purchase_at AS purchase_at,
        made.last_act_at AS last_act_at,
        made.waiting_since AS waiting_since,
        made.acts AS acts,
        made.answers AS answers,
        made.answered_app AS answered_app,
        made.answered_persona AS answered_persona,
        made.source AS source,
        multiIf(
            made.clicked != '', toString(made.clicked),
            made.source IN ('link', 'qr') OR made.source = 'other' AND made.source_name = '',
                arrayFirst(each -> each.1 IN (made.page_id, ''), links_by_ref.candidates).3,
            '') AS link
    FROM conversations AS made FINAL
    LEFT JOIN links_by_ref ON links_by_ref.ref = made.ref
) AS found
LEFT ANY JOIN links_now ON links_now.slug = found.link
LEFT ANY JOIN ad_campaigns ON ad_campaigns.ad_id = found.ad_id
-- Whatever a client sets: Cube and dbt set the first.
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'conversations, one a row'
