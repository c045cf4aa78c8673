-- When somebody wrote, or tapped, a message that was told without an id. By the index of that name, which is why the condition
-- is written as it is there.
-- Parameters: from, through (ms).
-- Columns: page_id, person_id, time (ms).
SELECT DISTINCT toString(page_id) AS page_id, person_id, toUnixTimestamp64Milli(events_by_person.time) AS time
FROM events_by_person
WHERE events_by_person.time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    AND events_by_person.time <= fromUnixTimestamp64Milli({through:Int64}, 'UTC')
    AND if(kind = 'message', mid, '-') = ''
    AND channel != 'whatsapp'
