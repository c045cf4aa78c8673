-- What a field of events held in a range and meets a pattern, most frequent first, and all of that together: events
-- once each, people once each by whatever name.
-- <<value>> stands for the field.
-- Parameters: from, to (milliseconds; to is exclusive), pattern (a regular expression), kinds (of the events that have
-- the field), limit.
-- Columns: value (empty of the row of all), is_all, events, people.
WITH
    (
        -- Without any alias transform would have nothing to look for.
        SELECT (
            arrayPushBack(groupArray(cityHash64(toString(page_id), alias)), 0),
            arrayPushBack(groupArray(cityHash64(toString(page_id), person_id)), 0))
        FROM aliases FINAL
    ) AS known
SELECT
    found.value AS value,
    grouping(found.value) = 1 AS is_all,
    uniqExact(found.event_id) AS events,
    uniqExactIf(found.person, found.person_id != '') AS people
FROM
(
    SELECT
        toString(<<value>>) AS value,
        event_id,
        person_id,
        transform(cityHash64(toString(page_id), person_id), known.1, known.2) AS person
    FROM events_by_person
    WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
        AND has({kinds:Array(String)}, toString(kind))
) AS found
WHERE found.value != '' AND match(found.value, {pattern:String})
GROUP BY GROUPING SETS ((found.value), ())
ORDER BY is_all DESC, events DESC, value
LIMIT {limit:UInt64}
