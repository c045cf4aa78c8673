-- How much is stored, and until when. Answered from what ClickHouse keeps of each part, and from two
-- small tables, whatever the history.
-- Columns: events (rows; a second delivery counts until it is merged), first_event, last_event (ms; 0
-- if there is none), made_at (ms: when conversations were last made of new events; 0 if never),
-- quarantined (items that are not understood yet).
SELECT
    count() AS events,
    toUnixTimestamp64Milli(min(time)) AS first_event,
    toUnixTimestamp64Milli(max(time)) AS last_event,
    assumeNotNull((SELECT toUnixTimestamp64Milli(max(people.made_at)) FROM people)) AS made_at,
    assumeNotNull((
        SELECT uniqExact(refusal_id)
        FROM quarantine
        WHERE refusal_id NOT IN (SELECT refusal_id FROM quarantine WHERE replayed_at > 0)
    )) AS quarantined
FROM events_by_person
