-- How much is stored, and until when.
-- Columns: events (distinct), people, first_event (ms, 0 if none), last_event (ms, 0 if none), last_received (ms, 0 if none),
-- quarantined.
SELECT
    uniqExact(event_id) AS events,
    uniqExactIf((page_id, person_id), person_id != '') AS people,
    toUnixTimestamp64Milli(min(time)) AS first_event,
    toUnixTimestamp64Milli(max(time)) AS last_event,
    toUnixTimestamp64Milli(max(received_at)) AS last_received,
    assumeNotNull((SELECT uniqExact(refusal_id) FROM quarantine)) AS quarantined
FROM events
