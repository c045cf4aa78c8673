-- How much is stored, and until when.
-- Columns: events (distinct), people, first_event (ms, 0 if none), last_event (ms, 0 if none),
-- last_received (ms, 0 if none), clamped (events whose time was impossible), quarantined (items
-- that are not understood yet).
SELECT
    uniqExact(event_id) AS events,
    uniqExactIf((page_id, person_id), person_id != '') AS people,
    toUnixTimestamp64Milli(min(time)) AS first_event,
    toUnixTimestamp64Milli(max(time)) AS last_event,
    toUnixTimestamp64Milli(max(received_at)) AS last_received,
    uniqExactIf(event_id, time_origin = 'clamped') AS clamped,
    assumeNotNull((
        SELECT uniqExact(refusal_id)
        FROM quarantine
        WHERE refusal_id NOT IN (SELECT refusal_id FROM quarantine WHERE replayed_at > 0)
    )) AS quarantined
FROM events
