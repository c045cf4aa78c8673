-- The events that were made of some reported conversions. Parameters: ids.
-- Columns: report_id, event_id (nil: none), matched_by, page_id, person_id, time (ms), version.
SELECT
    report_id,
    event_id,
    toString(matched_by) AS matched_by,
    page_id,
    person_id,
    toUnixTimestamp64Milli(conversion_report_events.time) AS time,
    version
FROM conversion_report_events
WHERE report_id IN {ids:Array(String)}
ORDER BY report_id, version, event_id
LIMIT 1 BY report_id, version, event_id
