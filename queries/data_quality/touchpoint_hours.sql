-- How often people entered through refs and ads in each hour of a range: the rhythm of the day and the week.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: hour (ms: its start), touchpoints.
SELECT
    toInt64(toUnixTimestamp(toStartOfHour(touchpoints.time))) * 1000 AS hour,
    count() AS touchpoints
FROM touchpoints FINAL
WHERE touchpoints.time >= fromUnixTimestamp64Milli({from:Int64})
    AND touchpoints.time < fromUnixTimestamp64Milli({to:Int64})
    AND (ad_id != '' OR ref != '')
GROUP BY hour
ORDER BY hour
