-- Visits to each link in a range.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: slug, clicks (visits of people), previews (of bots and link previews), arrived (clicks
-- whose mark has been seen behind a ref in a thread since).
SELECT
    toString(slug) AS slug,
    countIf(visitor = 'person') AS clicks,
    countIf(visitor != 'person') AS previews,
    countIf(visitor = 'person' AND visit_id IN
    (
        SELECT click
        FROM touchpoints
        WHERE touchpoints.time >= fromUnixTimestamp64Milli({from:Int64} - 86400000) AND click != ''
    )) AS arrived
FROM
(
    SELECT slug, visitor, visit_id
    FROM link_visits
    WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    LIMIT 1 BY visit_id
)
GROUP BY slug
ORDER BY slug
