-- When some people were last seen. Parameters: pages, people (lists of one length).
-- Columns: page_id, person_id, last_seen (ms).
SELECT
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(max(events_by_person.time)) AS last_seen
FROM events_by_person
WHERE (page_id, person_id) IN
    (
        SELECT each.1, each.2
        FROM (SELECT arrayJoin(arrayZip({pages:Array(String)}, {people:Array(String)})) AS each)
    )
    AND kind != 'conversion'
GROUP BY page_id, person_id
ORDER BY page_id, person_id
