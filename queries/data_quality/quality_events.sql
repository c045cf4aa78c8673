-- What came in of a range, by kind: each event once.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: channel, kind, name (of an other event: its name on the wire), events, people, clamped
-- (events whose own time was impossible), late (events that came in more than an hour after their
-- time), last_event (ms).
SELECT
    toString(channel) AS channel,
    toString(kind) AS kind,
    if(kind = 'other', toString(name), '') AS name,
    count() AS events,
    uniqExactIf((page_id, person_id), person_id != '') AS people,
    countIf(time_origin = 'clamped') AS clamped,
    countIf(received_at > found.time + INTERVAL 1 HOUR) AS late,
    toUnixTimestamp64Milli(max(found.time)) AS last_event
FROM
(
    SELECT channel, kind, name, page_id, person_id, time, time_origin, received_at
    FROM events_by_person
    WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    ORDER BY version DESC
    LIMIT 1 BY event_id
) AS found
-- A conversion that was taken back has no name.
WHERE NOT (found.kind = 'conversion' AND found.name = '')
GROUP BY channel, kind, name
ORDER BY channel, kind, name
