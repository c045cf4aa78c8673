-- Touchpoints in a range, in the order of people and of each person's touchpoints.
-- stored_source stands for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive); of_converted (only of people who converted in
-- converted_from to converted_to, the same way).
-- Columns: page_id, person_id, time (ms), number, channel, country, source (see stored_source), ref, clicked (the link of
-- its click), ad_id, ad_title, referer. Lines of those that nobody asks for are left out.
SELECT
    toString(made.page_id) AS page_id,
    made.person_id AS person_id,
    toUnixTimestamp64Milli(made.time) AS time,
    made.number AS number,
    toString(made.channel) AS channel,
    toString(made.country) AS country,
    made.ref AS ref,
    toString(made.clicked) AS clicked,
    toString(made.ad_id) AS ad_id,
    toString(made.ad_title) AS ad_title,
    toString(made.referer) AS referer,
    toString(<<stored_source>>) AS source
FROM touchpoints AS made FINAL
WHERE made.time >= fromUnixTimestamp64Milli({from:Int64})
    AND made.time < fromUnixTimestamp64Milli({to:Int64})
    AND (NOT {of_converted:Bool} OR (made.page_id, made.person_id) IN
    (
        SELECT page_id, person_id
        FROM conversions FINAL
        WHERE conversions.time >= fromUnixTimestamp64Milli({converted_from:Int64})
            AND conversions.time < fromUnixTimestamp64Milli({converted_to:Int64})
    ))
ORDER BY made.page_id, made.person_id, made.number
SETTINGS do_not_merge_across_partitions_select_final = 1
