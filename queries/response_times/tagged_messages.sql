-- The business's messages of a range that were sent under a tag, in the order of people's hashes.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: person (a hash, as in event_sequences), at (ms), what (the tag).
SELECT
    reinterpretAsUInt128(sipHash128(
        found.page_id, if(known.person_id = '', found.person_id, known.person_id))) AS person,
    toUnixTimestamp64Milli(found.time) AS at,
    toString(found.tag) AS what
FROM
(
    SELECT page_id, person_id, time, tag, name
    FROM events_by_person
    WHERE kind = 'echo' AND person_id != ''
        AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
        -- A copy of an event may tell less than another: the one with the highest version counts.
        AND (page_id, person_id, event_id) IN
        (
            SELECT page_id, person_id, event_id
            FROM events_by_person
            WHERE tag != '' AND kind = 'echo'
                AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
        )
    ORDER BY version DESC
    LIMIT 1 BY event_id
) AS found
LEFT JOIN
(
    SELECT page_id, alias, person_id FROM aliases FINAL
) AS known ON known.page_id = found.page_id AND known.alias = found.person_id
-- What never arrived is called failed.
WHERE found.tag != '' AND found.name != 'failed'
ORDER BY person
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
