-- Reported conversions that may be those of some people: they name them, or an event of theirs was made of them, or
-- they wait for their contacts. Parameters: pages, people (lists of one length), contacts.
-- Columns: report_id.
WITH (SELECT arrayZip({pages:Array(String)}, {people:Array(String)})) AS names
SELECT report_id FROM conversion_reports FINAL WHERE has(names, (page_id, person_id))
UNION DISTINCT
SELECT report_id FROM conversion_report_events WHERE has(names, (page_id, person_id))
UNION DISTINCT
SELECT report_id FROM waiting_conversions WHERE has({contacts:Array(String)}, key)
