-- Refs in a range that belong to no registered link, most frequent first.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: page_id, ref, touchpoints, last_seen (ms).
SELECT
    toString(page_id) AS page_id,
    ref,
    count() AS touchpoints,
    toUnixTimestamp64Milli(max(v_touchpoints.time)) AS last_seen
FROM v_touchpoints
WHERE v_touchpoints.time >= fromUnixTimestamp64Milli({from:Int64})
    AND v_touchpoints.time < fromUnixTimestamp64Milli({to:Int64})
    AND (source IN ('link', 'qr') OR source = 'other' AND source_name = '') AND ref != '' AND link = ''
GROUP BY page_id, ref
ORDER BY touchpoints DESC, page_id, ref
LIMIT 500
