-- Conversations that were opened in a range and how many of them reached each stage of the default funnel, grouped
-- by what is stored with them. Only the columns asked for are read; the others are the same in all rows.
-- With is_limited only stages that a conversation reached until limit_at + limit_factor * opened_at (ms) count.
-- stored_source stands for the file of that name. Parameters: those of funnel_counts. Columns: page_id, channel,
-- country, source (see stored_source), ref, clicked, ad_id, referer (as they are stored, which groups fastest),
-- opened_at (ms: start of the unit; 0 without one), age (0; see funnel_ages), opened and the stages.
WITH fromUnixTimestamp64Milli(
    {limit_at:Int64} + toInt64(round(toUnixTimestamp64Milli(made.opened_at) * {limit_factor:Float64}))) AS latest
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
        {time_unit:String} = 'five minutes', toInt64(toUnixTimestamp(toStartOfFiveMinutes(made.opened_at))),
        0) * 1000 AS opened_at,
    toInt64(0) AS age,
    count() AS opened,
    sum(made.depth >= 1 AND if({is_limited:Bool}, made.messaged_at <= latest, true)) AS messaged,
    sum(made.depth >= 2 AND if({is_limited:Bool}, made.answered_at <= latest, true)) AS answered,
    sum(made.depth >= 3 AND if({is_limited:Bool}, made.engaged_at <= latest, true)) AS engaged,
    sum(made.depth >= 4 AND if({is_limited:Bool}, made.lead_at <= latest, true)) AS lead,
    sum(made.depth >= 5 AND if({is_limited:Bool}, made.purchase_at <= latest, true)) AS purchase
FROM conversations AS made FINAL
WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
    AND made.opened_at < fromUnixTimestamp64Milli({to:Int64})
GROUP BY page_id, channel, country, source, ref, clicked, ad_id, referer, opened_at
