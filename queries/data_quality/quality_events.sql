-- What came in of a range, by kind: each event once.
-- Several rows of one event have one key and are merged as they are read (FINAL); where their times may differ (of receipt or
-- of the webhook, several statuses of one WhatsApp message, conversions, what tells of forms and calls), that with the highest
-- version counts.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: channel, kind, name (of an other event: its name on the wire), events, people, without_person, clamped
-- (events whose own time was impossible), late (events that came in more than an hour after their
-- time), last_event (ms). Whoever is known by several names is one of the people.
WITH
    (
        -- Without any alias transform would have nothing to look for.
        SELECT (
            arrayPushBack(groupArray(cityHash64(toString(page_id), alias)), 0),
            arrayPushBack(groupArray(cityHash64(toString(page_id), person_id)), 0))
        FROM aliases FINAL
    ) AS known,
    apart AS
    (
        SELECT event_id
        FROM events_by_person
        WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
            AND (time_origin != 'event' OR channel = 'whatsapp' AND kind = 'echo' OR kind = 'conversion'
                OR name IN ('messaging_in_thread_lead_form_submit', 'call_missed'))
    ),
    found AS
    (
        SELECT channel, kind, name, page_id, person_id, time, time_origin, received_at
        FROM events_by_person FINAL
        WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
            AND event_id NOT IN apart
        UNION ALL
        SELECT channel, kind, name, page_id, person_id, time, time_origin, received_at
        FROM
        (
            SELECT *
            FROM events_by_person
            WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
                AND event_id IN apart
            ORDER BY version DESC
            LIMIT 1 BY event_id
        )
    )
SELECT
    toString(found.channel) AS channel,
    toString(found.kind) AS kind,
    if(found.kind = 'other', toString(found.name), '') AS name,
    count() AS events,
    uniqExactIf(
        transform(cityHash64(toString(found.page_id), found.person_id), known.1, known.2),
        found.person_id != '') AS people,
    countIf(found.person_id = '') AS without_person,
    countIf(found.time_origin = 'clamped') AS clamped,
    countIf(found.received_at > found.time + INTERVAL 1 HOUR) AS late,
    toUnixTimestamp64Milli(max(found.time)) AS last_event
FROM found
-- A conversion that was taken back has no name, an echo that never arrived is called failed.
WHERE NOT (found.kind = 'conversion' AND found.name = '') AND NOT (found.kind = 'echo' AND found.name = 'failed')
GROUP BY channel, kind, name
ORDER BY channel, kind, name
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow', do_not_merge_across_partitions_select_final = 1
