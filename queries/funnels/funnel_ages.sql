-- How many conversations that were opened in a range reached each stage of the default funnel, as funnel_groups, by the
-- age (milliseconds, whole five minutes) at which they did. Stands in the place of funnel_groups.
-- stored_source stands for the file of that name. Parameters and columns: those of funnel_groups, of which opened is 0;
-- nothing is limited.
SELECT
    if({by_page:Bool} OR {by_link:Bool}, made.page_id, '') AS page_id,
    if({by_channel:Bool}, made.channel, '') AS channel,
    if({by_country:Bool}, made.country, '') AS country,
    if({by_source:Bool} OR {by_link:Bool},
        <<stored_source>>, '') AS source,
    if({by_ref:Bool} OR {by_link:Bool} AND source IN ('link', 'qr', 'unnamed'), made.ref, '') AS ref,
    if({by_link:Bool}, made.clicked, '') AS clicked,
    if({by_ad:Bool}, made.ad_id, '') AS ad_id,
    if({by_referer:Bool}, made.referer, '') AS referer,
    multiIf(
        {time_unit:String} = 'hour', toInt64(toUnixTimestamp(toStartOfHour(made.opened_at, {zone:String}))),
        {time_unit:String} = 'day', toInt64(toUnixTimestamp(toStartOfDay(made.opened_at, {zone:String}))),
        0) * 1000 AS opened_at,
    intDiv(
        toUnixTimestamp64Milli(assumeNotNull(reached.2)) - toUnixTimestamp64Milli(made.opened_at), 300000
    ) * 300000 AS age,
    toUInt64(0) AS opened,
    countIf(reached.1 = 1) AS messaged,
    countIf(reached.1 = 2) AS answered,
    countIf(reached.1 = 3) AS engaged,
    countIf(reached.1 = 4) AS lead,
    countIf(reached.1 = 5) AS purchase
FROM conversations AS made FINAL
ARRAY JOIN arrayZip(
    range(1, toUInt64(made.depth) + 1),
    arraySlice(
        [made.messaged_at, made.answered_at, made.engaged_at, made.lead_at, made.purchase_at],
        1, made.depth)) AS reached
WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
    AND made.opened_at < fromUnixTimestamp64Milli({to:Int64})
GROUP BY page_id, channel, country, source, ref, clicked, ad_id, referer, opened_at, age
