-- Events in the order of their table, each once by its key: for custom_funnel_events, where every event's time
-- is its own, so that a second delivery has the same key. Parameters: those of custom_funnel_events.
SELECT *
FROM events_by_person FINAL
WHERE person_id != ''
    AND events_by_person.time >= fromUnixTimestamp64Milli({from:Int64})
    AND events_by_person.time < fromUnixTimestamp64Milli({until:Int64})
    AND (empty({excluded:Array(String)})
        OR concat(page_id, '/', person_id) NOT IN {excluded:Array(String)})
