-- Reported conversions of some people: those that name them, those of which an event of theirs was made, and those
-- that wait for their contacts; without those that have turned out to be somebody else's.
-- Parameters: pages, people (lists of one length), contacts.
-- Columns: report_id.
WITH
    (SELECT arrayZip({pages:Array(String)}, {people:Array(String)})) AS names,
    candidates AS
    (
        SELECT report_id FROM reports FINAL WHERE has(names, (page_id, person_id))
        UNION DISTINCT
        SELECT report_id FROM report_events WHERE has(names, (page_id, person_id))
        UNION DISTINCT
        SELECT report_id FROM waiting_conversions WHERE has({contacts:Array(String)}, key)
    ),
    latest AS
    (
        SELECT report_id, page_id, person_id
        FROM report_events
        WHERE report_id IN candidates
        ORDER BY report_id, version DESC, person_id = '', event_id
        LIMIT 1 BY report_id
    )
SELECT report_id
FROM candidates
WHERE report_id NOT IN
(
    SELECT report_id FROM latest WHERE person_id != '' AND NOT has(names, (page_id, person_id))
)
ORDER BY report_id
