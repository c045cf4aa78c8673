-- How often each ref and each ad was come by in a range, and when last.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: entry point (ad or ref), id, page_id, touchpoints, hours (those in which somebody came), first_seen, last_seen
-- (ms).
SELECT
    if(ad_id != '', 'ad', 'ref') AS door,
    if(ad_id != '', toString(ad_id), ref) AS id,
    toString(any(page_id)) AS page_id,
    count() AS touchpoints,
    uniqExact(toStartOfHour(touchpoints.time)) AS hours,
    toUnixTimestamp64Milli(min(touchpoints.time)) AS first_seen,
    toUnixTimestamp64Milli(max(touchpoints.time)) AS last_seen
FROM touchpoints FINAL
WHERE touchpoints.time >= fromUnixTimestamp64Milli({from:Int64})
    AND touchpoints.time < fromUnixTimestamp64Milli({to:Int64})
    AND (ad_id != '' OR ref != '' AND (source IN ('link', 'qr') OR source = 'other' AND source_name = ''))
GROUP BY door, id
ORDER BY touchpoints DESC, id
LIMIT 10000
