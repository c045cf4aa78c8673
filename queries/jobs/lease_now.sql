-- Who has the lease of a piece of work now. The latest is found without reading the others.
-- A lease lasts no longer than it can: an end that is further away was written before ClickHouse's clock was put back.
-- Parameters: work, longest (ms: the end is at most so far away).
-- Columns: turn (the number of the lease), holder, until (ms; 0 if no end can be), now (ms, by the clock of ClickHouse).
SELECT
    turn,
    any(holder) AS holder,
    toUnixTimestamp64Milli(maxIf(claims.until, claims.until <= addMilliseconds(now64(3), {longest:Int64}))) AS until,
    toUnixTimestamp64Milli(now64(3)) AS now
FROM claims
WHERE work = {work:String}
    AND turn = (SELECT turn FROM claims WHERE work = {work:String} ORDER BY turn DESC LIMIT 1)
GROUP BY turn
