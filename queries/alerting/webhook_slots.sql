-- How many webhooks came in in each five minutes of a range in which some did.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: slot (ms), count.
SELECT
    toInt64(toUnixTimestamp(toStartOfFiveMinutes(received_at))) * 1000 AS slot,
    uniqExact(received_at, checksum) AS count
FROM webhook_counts
WHERE received_at >= fromUnixTimestamp64Milli({from:Int64}) AND received_at < fromUnixTimestamp64Milli({to:Int64})
GROUP BY slot
ORDER BY slot
