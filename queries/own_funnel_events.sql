-- The events that matter to an own funnel, in the order of people, then time, place in the delivery,
-- event id; each once. STEPS and GAPS stand for sums of own_funnel_match.
-- Parameters: from, until (milliseconds; until is exclusive), excluded (people who do not count:
-- page/person), those of the matchers.
-- Columns: page_id, person_id, time (ms), steps (bit k: it meets step k, from 0), gaps (bit g: it is
-- excluded between step g and the next).
WITH
    -- Whom a plugin knew by a reference of its own, and who has an id now, is one person.
    (SELECT (groupArray(concat(page_id, ' ', alias)), groupArray(person_id)) FROM aliases) AS known
SELECT
    toString(page_id) AS page_id,
    if(startsWith(found.person_id, 'user_ref:'),
        transform(concat(page_id, ' ', found.person_id), known.1, known.2, found.person_id),
        found.person_id) AS person_id,
    toUnixTimestamp64Milli(found.time) AS time,
    steps,
    gaps
FROM
(
    SELECT event_id, page_id, person_id, time, place, toUInt32(STEPS) AS steps, toUInt32(GAPS) AS gaps
    FROM
    (
        SELECT *
        FROM events_by_person
        WHERE person_id != ''
            AND time >= fromUnixTimestamp64Milli({from:Int64})
            AND time < fromUnixTimestamp64Milli({until:Int64})
            AND (empty({excluded:Array(String)})
                OR concat(page_id, '/', person_id) NOT IN {excluded:Array(String)})
        ORDER BY version DESC
        LIMIT 1 BY event_id
    )
    -- A conversion that was taken back has no name.
    WHERE (steps != 0 OR gaps != 0) AND NOT (kind = 'conversion' AND name = '')
) AS found
ORDER BY page_id, person_id, time, place, event_id
