-- When everybody opened their first conversation, of those who did in a range, in the order of their hashes.
-- sequences_whole stands for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: person (a hash, as in event_sequences), at (ms), what (empty).
SELECT
    reinterpretAsUInt128(sipHash128(page_id, person_id)) AS person,
    opened[1] AS at,
    '' AS what
FROM people FINAL
WHERE notEmpty(opened) AND opened[1] >= {from:Int64} AND opened[1] < {to:Int64}
    AND <<sequences_whole>>
ORDER BY person
