-- Touchpoints in a range, in the order of people and of each person's touchpoints.
-- Parameters: from, to (milliseconds; to is exclusive); of_converted (only of people who converted in
-- converted_from to converted_to, the same way).
-- Columns: page_id, person_id, time (ms), number, channel, country, source, ref, ad_id, ad_title, referer, link,
-- campaign, ad_set, medium, owner. Lines of those that nobody asks for are left out.
SELECT
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(v_touchpoints.time) AS time,
    number,
    toString(channel) AS channel,
    toString(country) AS country,
    ref,
    toString(ad_id) AS ad_id,
    toString(ad_title) AS ad_title,
    toString(referer) AS referer,
    link,
    campaign,
    ad_set,
    medium,
    owner,
    source
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
