-- Events each once by its id, in order: for custom_funnel_events, whatever their times are from, and where
-- somebody whom a plugin knew by a reference has an id now. Parameters: those of custom_funnel_events.
SELECT *
FROM
(
    SELECT *
    FROM events_by_person
    WHERE person_id != ''
        AND events_by_person.time >= fromUnixTimestamp64Milli({from:Int64})
        AND events_by_person.time < fromUnixTimestamp64Milli({until:Int64})
        AND (empty({excluded:Array(String)})
            OR concat(page_id, '/', person_id) NOT IN {excluded:Array(String)})
    ORDER BY version DESC
    LIMIT 1 BY event_id
)
ORDER BY page_id, time, place, event_id
