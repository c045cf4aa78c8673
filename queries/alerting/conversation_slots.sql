-- How many conversations were opened in each five minutes of a range in which some were.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: slot (ms), count.
SELECT
    toInt64(toUnixTimestamp(toStartOfFiveMinutes(opened_at))) * 1000 AS slot,
    count() AS count
FROM conversations FINAL
WHERE opened_at >= fromUnixTimestamp64Milli({from:Int64}) AND opened_at < fromUnixTimestamp64Milli({to:Int64})
GROUP BY slot
ORDER BY slot
