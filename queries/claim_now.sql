-- Who has a piece of work now.
-- Parameters: work.
-- Columns: turn, holder, until (ms), now (ms, by the clock of ClickHouse).
SELECT
    turn,
    any(holder) AS holder,
    toUnixTimestamp64Milli(max(claims.until)) AS until,
    toUnixTimestamp64Milli(now64(3)) AS now
FROM claims
WHERE work = {work:String}
GROUP BY turn
ORDER BY turn DESC
LIMIT 1
