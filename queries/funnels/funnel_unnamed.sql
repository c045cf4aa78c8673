-- The same as funnel_counts where neither links nor the names of ads are asked for: without looking for them, which
-- takes as long as counting a million conversations. groups stands for
-- funnel_groups or funnel_ages.
SELECT
    toString(groups.page_id) AS page_id,
    toString(groups.channel) AS channel,
    toString(groups.country) AS country,
    toString(groups.source) AS source,
    groups.ref AS ref,
    toString(groups.ad_id) AS ad_id,
    toString(groups.referer) AS referer,
    groups.opened_at AS opened_at,
    groups.age AS age,
    '' AS link,
    '' AS campaign,
    '' AS ad_set,
    '' AS medium,
    '' AS owner,
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
