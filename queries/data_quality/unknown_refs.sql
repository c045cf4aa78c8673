-- Refs in a range that belong to no registered link, most frequent first.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: page_id, ref, touchpoints, last_seen (ms).
WITH registered AS
(
    SELECT today.page_id AS page_id, past.ref AS ref
    FROM (SELECT slug, argMax(links.page_id, version) AS page_id FROM links GROUP BY slug) AS today
    INNER JOIN (SELECT DISTINCT slug, ref FROM links) AS past ON past.slug = today.slug
)
SELECT
    toString(made.page_id) AS page_id,
    made.ref AS ref,
    count() AS touchpoints,
    toUnixTimestamp64Milli(max(made.time)) AS last_seen
FROM touchpoints AS made FINAL
WHERE made.time >= fromUnixTimestamp64Milli({from:Int64})
    AND made.time < fromUnixTimestamp64Milli({to:Int64})
    AND (made.source IN ('link', 'qr') OR made.source = 'other' AND made.source_name = '')
    AND made.ref != '' AND made.clicked = ''
    AND (toString(made.page_id), made.ref) NOT IN (SELECT page_id, ref FROM registered)
    AND made.ref NOT IN (SELECT ref FROM registered WHERE page_id = '')
GROUP BY page_id, ref
ORDER BY touchpoints DESC, page_id, ref
LIMIT 500
