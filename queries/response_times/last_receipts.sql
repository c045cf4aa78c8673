-- Up to when people have read, by their latest receipt under any of their names, in the order of their hashes.
-- sequences_whole stands for the file of that name.
-- Parameters: from (milliseconds; receipts since then).
-- Columns: person (a hash, as in event_sequences), at (ms), what (empty).
SELECT
    reinterpretAsUInt128(sipHash128(
        told.page_id, if(known.person_id = '', told.person_id, known.person_id))) AS person,
    max(told.upto) AS at,
    '' AS what
FROM
(
    SELECT
        page_id, person_id,
        max(if(read_upto > 0, read_upto, toUnixTimestamp64Milli(events_by_person.time))) AS upto
    FROM events_by_person
    WHERE kind = 'read' AND events_by_person.time >= fromUnixTimestamp64Milli({from:Int64})
    GROUP BY page_id, person_id
) AS told
LEFT JOIN
(
    SELECT page_id, alias, person_id FROM aliases FINAL
) AS known ON known.page_id = told.page_id AND known.alias = told.person_id
WHERE <<sequences_whole>>
GROUP BY person
ORDER BY person
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
