-- Everybody's conversations of a range, in the order of their hashes and of time.
-- sequences_whole stands for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: person (a hash, as in event_sequences), at (ms), what (the source).
SELECT
    reinterpretAsUInt128(sipHash128(page_id, person_id)) AS person,
    toUnixTimestamp64Milli(opened.opened_at) AS at,
    toString(source) AS what
FROM conversations AS opened FINAL
WHERE opened.opened_at >= fromUnixTimestamp64Milli({from:Int64})
    AND opened.opened_at < fromUnixTimestamp64Milli({to:Int64})
    AND <<sequences_whole>>
ORDER BY person, at
SETTINGS do_not_merge_across_partitions_select_final = 1
