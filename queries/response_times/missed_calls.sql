-- People's calls of a range that nobody took, and how many of them the business has not answered since.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: missed, unanswered.
SELECT
    count() AS missed,
    countIf(calls.time > answers.last) AS unanswered
FROM
(
    SELECT page_id, person_id, time
    FROM events_by_person
    WHERE name = 'call_missed' AND person_id != ''
        AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    LIMIT 1 BY event_id
) AS calls
LEFT JOIN
(
    SELECT page_id, person_id, max(time) AS last
    FROM events_by_person
    WHERE kind = 'echo' AND name != 'failed' AND time >= fromUnixTimestamp64Milli({from:Int64})
        AND channel = 'whatsapp'
    GROUP BY page_id, person_id
) AS answers ON answers.page_id = calls.page_id AND answers.person_id = calls.person_id
