-- At which of some instants of some people a tap, or what may be one, was told without a message's id.
-- Parameters: pages, people, times (ms): lists of one length.
-- Columns: page_id, person_id, time (ms).
SELECT DISTINCT toString(page_id) AS page_id, person_id, toUnixTimestamp64Milli(events_by_person.time) AS time
FROM events_by_person
WHERE (page_id, person_id, events_by_person.time) IN
    (
        SELECT each.1, each.2, fromUnixTimestamp64Milli(each.3, 'UTC')
        FROM
        (
            SELECT arrayJoin(arrayZip({pages:Array(String)}, {people:Array(String)}, {times:Array(Int64)})) AS each
        )
    )
    AND kind IN ('postback', 'message') AND mid = ''
