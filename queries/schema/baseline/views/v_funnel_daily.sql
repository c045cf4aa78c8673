-- The default funnel by day and entry point, for BI tools: stages are summed over rows.
CREATE OR REPLACE VIEW v_funnel_daily
(
    day Date COMMENT 'day of the opening, in the time zone of the settings',
    page_id LowCardinality(String) COMMENT 'Page or Instagram account',
    channel LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    source String COMMENT 'entry point of the opening act',
    ad_id LowCardinality(String) COMMENT 'ad of the referral',
    link String COMMENT 'registered link that it came by',
    campaign String COMMENT 'campaign of the link, else of the ad',
    ad_set String COMMENT 'ad set of the ad',
    medium String COMMENT 'medium of the link',
    owner String COMMENT 'owner of the link',
    opened Int64 COMMENT 'conversations that were opened',
    messaged Int64 COMMENT 'of those, in which the person wrote',
    answered Int64 COMMENT 'of those, that were answered',
    engaged Int64 COMMENT 'of those, in which the person went on after the answer',
    lead Int64 COMMENT 'of those, that became a lead',
    purchase Int64 COMMENT 'of those, that became a purchase'
)
AS
SELECT
    counted.day AS day,
    counted.page_id AS page_id,
    counted.channel AS channel,
    counted.source AS source,
    counted.ad_id AS ad_id,
    counted.link AS link,
    counted.campaign AS campaign,
    counted.ad_set AS ad_set,
    counted.medium AS medium,
    counted.owner AS owner,
    count() AS opened,
    countIf(counted.depth >= 1) AS messaged,
    countIf(counted.depth >= 2) AS answered,
    countIf(counted.depth >= 3) AS engaged,
    countIf(counted.depth >= 4) AS lead,
    countIf(counted.depth >= 5) AS purchase
FROM v_conversations AS counted
GROUP BY day, page_id, channel, source, ad_id, link, campaign, ad_set, medium, owner
-- Whatever a client sets: Cube and dbt set the first.
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'the funnel click-to-messenger: conversations that reached each stage, by day of opening and entry point'
