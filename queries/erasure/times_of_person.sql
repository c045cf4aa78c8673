-- When somebody did something. Parameters: page, names.
-- Columns: events, first and last (UTC ms; 0 without any), of events and of what has been made of them.
SELECT
    countIf(is_event) AS events,
    min(at) AS first,
    max(at) AS last
FROM
(
    SELECT 1 AS is_event, toUnixTimestamp64Milli(time) AS at
    FROM events_by_person
    WHERE page_id = {page:String} AND person_id IN {names:Array(String)}
    UNION ALL
    SELECT 0 AS is_event, arrayJoin(arrayConcat([first_event], opened, touched, converted)) AS at
    FROM people
    WHERE page_id = {page:String} AND person_id IN {names:Array(String)}
)
