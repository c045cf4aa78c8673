-- What came in of a range, by kind: each event once.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: channel, kind, name (of an other event: its name on the wire), events, people, without_person, clamped
-- (events whose own time was impossible), late (events that came in more than an hour after their
-- time), last_event (ms). Whoever is known by several names is one of the people.
WITH known AS (SELECT page_id, alias, person_id FROM aliases FINAL)
SELECT
    toString(channel) AS channel,
    toString(kind) AS kind,
    if(kind = 'other', toString(name), '') AS name,
    count() AS events,
    uniqExactIf(
        (found.page_id, if(known.person_id = '', found.person_id, known.person_id)), found.person_id != '') AS people,
    countIf(found.person_id = '') AS without_person,
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
LEFT JOIN known ON known.page_id = found.page_id AND known.alias = found.person_id
-- A conversion that was taken back has no name.
WHERE NOT (found.kind = 'conversion' AND found.name = '')
GROUP BY channel, kind, name
ORDER BY channel, kind, name
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
