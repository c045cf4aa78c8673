-- Whose some reported conversions are: of each the event that counts. Parameters: ids.
-- Columns: report_id, page_id, person_id (empty: nobody's).
SELECT report_id, page_id, person_id
FROM conversion_report_events
WHERE report_id IN {ids:Array(String)}
ORDER BY report_id, version DESC, person_id = '', event_id
LIMIT 1 BY report_id
