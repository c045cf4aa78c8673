-- Conversions in a range, in the order of people and of each person's conversions.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: page_id, person_id, time (ms), number, channel, name, value_e4 (1/10,000 of currency; null
-- if none), currency, touchpoints_before, first_touch_at (ms; null if there is none).
SELECT
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(conversions.time) AS time,
    number,
    toString(channel) AS channel,
    toString(name) AS name,
    value_e4,
    toString(currency) AS currency,
    touchpoints_before,
    toUnixTimestamp64Milli(conversions.first_touch_at) AS first_touch_at
FROM conversions FINAL
WHERE conversions.time >= fromUnixTimestamp64Milli({from:Int64})
    AND conversions.time < fromUnixTimestamp64Milli({to:Int64})
ORDER BY page_id, person_id, number
SETTINGS do_not_merge_across_partitions_select_final = 1
