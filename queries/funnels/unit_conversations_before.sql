-- The last conversation of each person before a range, for unit_conversations. Parameters: those of it.
    UNION ALL
    SELECT reinterpretAsUInt128(sipHash128(page_id, person_id)) AS person, *
    FROM <<conversations>>
    WHERE opened_at < fromUnixTimestamp64Milli({from:Int64})
    ORDER BY opened_at DESC
    LIMIT 1 BY person
