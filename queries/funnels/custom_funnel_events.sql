-- The events that matter to a custom funnel, each once: a row a person who has one of the first step's.
-- steps and gaps stand for sums of custom_funnel_match, events for one of custom_funnel_once and
-- custom_funnel_sorted, person for the person's id or custom_funnel_person, wide for UInt64 or UInt128.
-- Parameters: from, until (milliseconds; until is exclusive), excluded (people who do not count:
-- page/person), is_any (steps in any order: each may be first), has_ids (whether it matters who people are),
-- gaps_at, place_at, time_at (bits), those of the matchers.
-- Columns: hash (of page_id and person_id, as in event_sequences), page_id, person_id (empty without has_ids), events: a list of numbers, of which bit k says whether the
-- event meets step k, from 0; bit gaps_at + g whether it is excluded between step g and the next; from place_at on
-- stands its place in the delivery, from time_at on milliseconds since from.
WITH (SELECT (groupArray(concat(page_id, ' ', alias)), groupArray(person_id)) FROM aliases FINAL) AS known
SELECT
    reinterpretAsUInt128(sipHash128(page, person)) AS hash,
    if({has_ids:Bool}, toString(page), '') AS page_id,
    if({has_ids:Bool}, person, '') AS person_id,
    groupArray(event) AS events
FROM
(
    SELECT
        found.page_id AS page, <<person>> AS person,
        toUInt32(<<steps>>) AS met, toUInt32(<<gaps>>) AS excluded,
        bitShiftLeft(to<<wide>>(toUnixTimestamp64Milli(found.time) - {from:Int64}), {time_at:UInt8})
            + bitShiftLeft(to<<wide>>(least(found.place, 1048575)), {place_at:UInt8})
            + bitShiftLeft(to<<wide>>(excluded), {gaps_at:UInt8})
            + to<<wide>>(met) AS event
    FROM (<<events>>) AS found
    -- A conversion that was taken back has no name, an echo that never arrived is called failed.
    WHERE (met != 0 OR excluded != 0)
        AND NOT (kind = 'conversion' AND name = '') AND NOT (kind = 'echo' AND name = 'failed')
)
GROUP BY page, person
HAVING {is_any:Bool} OR bitAnd(groupBitOr(met), 1) = 1
