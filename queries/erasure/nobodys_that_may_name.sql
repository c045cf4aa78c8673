-- Events of no person in whose JSON one of some texts stands, wherever. Parameters: pages, needles.
-- Columns: event_id, page_id, time (ms), raw.
SELECT event_id, toString(page_id) AS page_id, toUnixTimestamp64Milli(events_by_person.time) AS time, raw
FROM events_by_person
WHERE page_id IN {pages:Array(String)}
    AND person_id = ''
    AND arrayExists(needle -> position(raw, needle) > 0, {needles:Array(String)})
