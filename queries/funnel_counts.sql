-- How many conversations that were opened in a range reached each stage of the default funnel, by
-- what they are told apart by. Only the columns asked for are read; the others are empty, the same in
-- all rows.
-- Parameters: from, to (milliseconds; to is exclusive); by_page, by_channel, by_ref, by_ad, by_link,
-- by_referer (whether these are wanted), time_unit (hour, day, or empty), zone (of that unit).
-- Columns: page_id, channel, source, ref, ad_id, referer, opened_at (ms: start of the unit; 0 without
-- one), link, campaign, medium, owner (see links_by_ref: by the click, else by the ref; a link that is
-- printed has the source qr; the campaign is the link's, else the ad's), ad_title (the newest),
-- titled_at (ms: when it was seen), opened and the stages.
SELECT
    counted.page_id AS page_id,
    counted.channel AS channel,
    if(counted.source = 'link' AND links_now.is_printed, 'qr', counted.source) AS source,
    if({by_ref:Bool}, counted.ref, '') AS ref,
    counted.ad_id AS ad_id,
    counted.referer AS referer,
    counted.opened_at AS opened_at,
    counted.link AS link,
    if(links_now.campaign != '', links_now.campaign, ad_campaigns.campaign) AS campaign,
    links_now.medium AS medium,
    links_now.owner AS owner,
    counted.ad_title AS ad_title,
    counted.titled_at AS titled_at,
    counted.opened AS opened,
    counted.messaged AS messaged,
    counted.answered AS answered,
    counted.engaged AS engaged,
    counted.lead AS lead,
    counted.purchase AS purchase
FROM
(
    SELECT
        groups.page_id AS page_id,
        groups.channel AS channel,
        groups.source AS source,
        groups.ref AS ref,
        groups.ad_id AS ad_id,
        groups.referer AS referer,
        groups.opened_at AS opened_at,
        groups.ad_title AS ad_title,
        groups.titled_at AS titled_at,
        groups.opened AS opened,
        groups.messaged AS messaged,
        groups.answered AS answered,
        groups.engaged AS engaged,
        groups.lead AS lead,
        groups.purchase AS purchase,
        multiIf(
            groups.clicked != '', groups.clicked,
            groups.source IN ('link', 'qr'),
                arrayFirst(each -> each.1 IN (groups.page_id, ''), links_by_ref.candidates).3,
            '') AS link
    FROM
    (
        SELECT
            if({by_page:Bool} OR {by_link:Bool}, toString(made.page_id), '') AS page_id,
            if({by_channel:Bool}, toString(made.channel), '') AS channel,
            toString(made.source) AS source,
            if({by_ref:Bool} OR {by_link:Bool} AND made.source IN ('link', 'qr'), made.ref, '') AS ref,
            if({by_link:Bool}, toString(made.clicked), '') AS clicked,
            if({by_ad:Bool}, toString(made.ad_id), '') AS ad_id,
            if({by_referer:Bool}, toString(made.referer), '') AS referer,
            multiIf(
                {time_unit:String} = 'hour', toInt64(toUnixTimestamp(toStartOfHour(made.opened_at, {zone:String}))),
                {time_unit:String} = 'day', toInt64(toUnixTimestamp(toStartOfDay(made.opened_at, {zone:String}))),
                0) * 1000 AS opened_at,
            if({by_ad:Bool}, toString(argMaxIf(made.ad_title, made.opened_at, made.ad_title != '')), '') AS ad_title,
            if({by_ad:Bool}, toUnixTimestamp64Milli(maxIf(made.opened_at, made.ad_title != '')), 0) AS titled_at,
            count() AS opened,
            count(messaged_at) AS messaged,
            count(answered_at) AS answered,
            count(engaged_at) AS engaged,
            count(lead_at) AS lead,
            count(purchase_at) AS purchase
        FROM conversations AS made FINAL
        WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
            AND made.opened_at < fromUnixTimestamp64Milli({to:Int64})
        GROUP BY page_id, channel, source, ref, clicked, ad_id, referer, opened_at
    ) AS groups
    LEFT JOIN links_by_ref ON links_by_ref.ref = groups.ref
) AS counted
LEFT ANY JOIN links_now ON links_now.slug = counted.link
LEFT ANY JOIN ad_campaigns ON ad_campaigns.ad_id = counted.ad_id
