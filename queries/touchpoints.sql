-- Touchpoints in a range, in the order of people and of each person's touchpoints.
-- Parameters: from, to (milliseconds; to is exclusive); of_converted (only of people who converted in
-- converted_from to converted_to, the same way); by_channel, by_ref, by_ad, by_referer, by_link (whether these are
-- wanted; other columns are empty and not read; the campaign comes with ad or link).
-- Columns: page_id, person_id, time (ms), number, channel, source, ref, ad_id, ad_title, referer, link, campaign,
-- ad_set, medium, owner.
SELECT
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(v_touchpoints.time) AS time,
    number,
    if({by_channel:Bool}, toString(v_touchpoints.channel), '') AS channel,
    source,
    if({by_ref:Bool}, v_touchpoints.ref, '') AS ref,
    if({by_ad:Bool}, toString(v_touchpoints.ad_id), '') AS ad_id,
    if({by_ad:Bool}, toString(v_touchpoints.ad_title), '') AS ad_title,
    if({by_referer:Bool}, toString(v_touchpoints.referer), '') AS referer,
    if({by_link:Bool}, v_touchpoints.link, '') AS link,
    if({by_link:Bool} OR {by_ad:Bool}, v_touchpoints.campaign, '') AS campaign,
    if({by_ad:Bool}, v_touchpoints.ad_set, '') AS ad_set,
    if({by_link:Bool}, v_touchpoints.medium, '') AS medium,
    if({by_link:Bool}, v_touchpoints.owner, '') AS owner
FROM v_touchpoints
WHERE v_touchpoints.time >= fromUnixTimestamp64Milli({from:Int64})
    AND v_touchpoints.time < fromUnixTimestamp64Milli({to:Int64})
    AND (NOT {of_converted:Bool} OR (page_id, person_id) IN
    (
        SELECT page_id, person_id
        FROM conversions FINAL
        WHERE conversions.time >= fromUnixTimestamp64Milli({converted_from:Int64})
            AND conversions.time < fromUnixTimestamp64Milli({converted_to:Int64})
    ))
ORDER BY page_id, person_id, number
SETTINGS do_not_merge_across_partitions_select_final = 1
