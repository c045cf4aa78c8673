-- The default funnel in long form, for charts that draw a step a row: one row for each step of each row of v_funnel_daily.
CREATE OR REPLACE VIEW v_funnel_steps
(
    day Date COMMENT 'day of the opening, in the time zone of the settings',
    page_id String COMMENT 'Page or Instagram account',
    channel String COMMENT 'messenger, instagram or whatsapp',
    source String COMMENT 'entry point of the opening act',
    ad_id String COMMENT 'ad of the referral',
    link String COMMENT 'registered link that it came by',
    campaign String COMMENT 'campaign of the link, else of the ad',
    ad_set String COMMENT 'ad set of the ad',
    medium String COMMENT 'medium of the link',
    owner String COMMENT 'owner of the link',
    step_number Int64 COMMENT 'place of the step: 1 is opened, 6 is purchase',
    step String COMMENT 'opened, messaged, answered, engaged, lead or purchase',
    conversations Int64 COMMENT 'conversations that were opened on this day and reached the step until now'
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
    toInt64(reached.1) AS step_number,
    reached.2 AS step,
    reached.3 AS conversations
FROM v_funnel_daily AS counted
ARRAY JOIN
[
    (1, 'opened', counted.opened),
    (2, 'messaged', counted.messaged),
    (3, 'answered', counted.answered),
    (4, 'engaged', counted.engaged),
    (5, 'lead', counted.lead),
    (6, 'purchase', counted.purchase)
] AS reached
-- Whatever a client sets: Cube and dbt set the first.
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'the funnel click-to-messenger by day of opening, a row a step: how many conversations reached it until now'
