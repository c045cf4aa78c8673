-- How many conversations that were opened in a range reached each stage of the default funnel, by
-- what they are broken down by. groups stands for funnel_groups or funnel_ages, shown_source for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive); by_source, by_page, by_channel, by_country, by_ref, by_ad,
-- by_link, by_referer (whether these are wanted), time_unit (hour, day, five minutes, or empty), zone (of that unit);
-- is_limited, limit_at, limit_factor.
-- Columns: page_id, channel, country, source, ref, ad_id, referer, opened_at (ms: start of the unit; 0 without
-- one), age (ms: at which they reached the stages, if that is told apart, else 0), link, campaign, ad_set, medium, owner (see links_by_ref: by the click, else by the ref; a link that is
-- printed has the source qr; the campaign is the link's, else the ad's), opened and the stages.
SELECT
    counted.page_id AS page_id,
    counted.channel AS channel,
    counted.country AS country,
    <<shown_source>> AS source,
    if({by_ref:Bool}, counted.ref, '') AS ref,
    counted.ad_id AS ad_id,
    counted.referer AS referer,
    counted.opened_at AS opened_at,
    counted.age AS age,
    counted.link AS link,
    if(links_now.campaign != '', links_now.campaign, ad_campaigns.campaign) AS campaign,
    ad_campaigns.ad_set AS ad_set,
    links_now.medium AS medium,
    links_now.owner AS owner,
    counted.opened AS opened,
    counted.messaged AS messaged,
    counted.answered AS answered,
    counted.engaged AS engaged,
    counted.lead AS lead,
    counted.purchase AS purchase
FROM
(
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
        groups.opened AS opened,
        groups.messaged AS messaged,
        groups.answered AS answered,
        groups.engaged AS engaged,
        groups.lead AS lead,
        groups.purchase AS purchase,
        multiIf(
            groups.clicked != '', toString(groups.clicked),
            groups.source IN ('link', 'qr', 'unnamed'),
                arrayFirst(each -> each.1 IN (groups.page_id, ''), links_by_ref.candidates).3,
            '') AS link
    FROM
    (
<<groups>>    ) AS groups
    LEFT JOIN links_by_ref ON links_by_ref.ref = groups.ref
) AS counted
LEFT ANY JOIN links_now ON links_now.slug = counted.link
LEFT ANY JOIN ad_campaigns ON ad_campaigns.ad_id = counted.ad_id
SETTINGS do_not_merge_across_partitions_select_final = 1
