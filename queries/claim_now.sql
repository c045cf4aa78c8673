-- Who has a piece of work now. Of work that is done over and over the latest turn is found without reading the others.
-- Parameters: work.
-- Columns: turn, holder, until (ms), now (ms, by the clock of ClickHouse).
SELECT
    turn,
    any(holder) AS holder,
    toUnixTimestamp64Milli(max(claims.until)) AS until,
    toUnixTimestamp64Milli(now64(3)) AS now
FROM claims
WHERE work = {work:String}
    AND turn = (SELECT turn FROM claims WHERE work = {work:String} ORDER BY turn DESC LIMIT 1)
GROUP BY turn
