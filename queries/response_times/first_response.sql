-- How fast, and how often, people who wrote were answered, in conversations opened in a range, over all of them: what
-- response_times tells of all, without its groups.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: those of response_times.
SELECT
    'all' AS dimension,
    '' AS value,
    count() AS wrote,
    countIf(is_answered) AS answered,
    countIf(is_answered AND waited <= 300000) AS within_5m,
    countIf(is_answered AND waited <= 3600000) AS within_1h,
    countIf(is_answered AND waited <= 86400000) AS within_24h,
    if(answered = 0, NULL, quantilesExactInclusiveIf(0.5, 0.9)(waited, is_answered)[1]) AS median_ms,
    if(answered = 0, NULL, quantilesExactInclusiveIf(0.5, 0.9)(waited, is_answered)[2]) AS p90_ms,
    countIf(depth >= 4) AS leads,
    countIf(depth >= 5) AS purchases
FROM
(
    SELECT
        depth,
        depth >= 2 AS is_answered,
        assumeNotNull(ifNull(toUnixTimestamp64Milli(answered_at) - toUnixTimestamp64Milli(messaged_at), 0)) AS waited
    FROM conversations FINAL
    WHERE opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND opened_at < fromUnixTimestamp64Milli({to:Int64})
        AND depth >= 1
)
SETTINGS do_not_merge_across_partitions_select_final = 1
