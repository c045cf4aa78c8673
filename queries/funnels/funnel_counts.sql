-- How many conversations that were opened in a range reached each stage of the default funnel, by
-- what they are broken down by. groups stands for funnel_groups or funnel_ages.
-- Parameters: from, to (milliseconds; to is exclusive); by_source, by_page, by_channel, by_country, by_ref, by_ad,
-- by_link, by_referer (whether these are wanted), time_unit (hour, day, five minutes, or empty), zone (of that unit);
-- is_limited, limit_at, limit_factor.
-- Columns: page_id, channel, country, source (see stored_source), ref, clicked (the link of its click), ad_id, referer,
-- opened_at (ms: start of the unit; 0 without one), age (ms: at which they reached the stages, if that is told apart,
-- else 0), opened and the stages.
SELECT
    toString(groups.page_id) AS page_id,
    toString(groups.channel) AS channel,
    toString(groups.country) AS country,
    toString(groups.source) AS source,
    groups.ref AS ref,
    toString(groups.clicked) AS clicked,
    toString(groups.ad_id) AS ad_id,
    toString(groups.referer) AS referer,
    groups.opened_at AS opened_at,
    groups.age AS age,
    groups.opened AS opened,
    groups.messaged AS messaged,
    groups.answered AS answered,
    groups.engaged AS engaged,
    groups.lead AS lead,
    groups.purchase AS purchase
FROM
(
<<groups>>) AS groups
SETTINGS do_not_merge_across_partitions_select_final = 1
