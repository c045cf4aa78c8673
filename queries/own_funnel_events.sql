-- The events that matter to an own funnel, each once: a row a person who has one of the first step's.
-- STEPS and GAPS stand for sums of own_funnel_match, EVENTS for one of own_funnel_once and
-- own_funnel_sorted, PERSON for the person's id or own_funnel_person, EXCLUDED for the list of gaps.
-- Parameters: from, until (milliseconds; until is exclusive), excluded (people who do not count:
-- page/person), is_any (steps in any order: each may be first), those of the matchers.
-- Columns: page_id, person_id; a list each: moments (milliseconds since from, times 2^20, and the place in
-- the delivery), steps (bit k: it meets step k, from 0), gaps (bit g: it is excluded between step g and the
-- next; empty if nothing is excluded anywhere).
WITH (SELECT (groupArray(concat(page_id, ' ', alias)), groupArray(person_id)) FROM aliases) AS known
SELECT
    toString(page_id) AS page_id,
    person_id,
    groupArray(moment) AS moments,
    groupArray(met) AS steps,
    EXCLUDED AS gaps
FROM
(
    SELECT
        page_id, PERSON AS person_id,
        toUInt64(toUnixTimestamp64Milli(found.time) - {from:Int64}) * 1048576
            + least(found.place, 1048575) AS moment,
        toUInt32(STEPS) AS met, toUInt32(GAPS) AS excluded
    FROM (EVENTS) AS found
    -- A conversion that was taken back has no name.
    WHERE (met != 0 OR excluded != 0) AND NOT (kind = 'conversion' AND name = '')
)
GROUP BY page_id, person_id
HAVING {is_any:Bool} OR bitAnd(groupBitOr(met), 1) = 1
