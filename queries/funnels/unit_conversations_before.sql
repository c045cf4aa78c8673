-- The last conversation of each person before a range, for unit_conversations. Parameters: those of it.
    UNION ALL
    SELECT
        reinterpretAsUInt128(sipHash128(made.page_id, made.person_id)) AS person,
        <<stored_source>> AS stored,
        made.*
    FROM conversations AS made FINAL
    WHERE made.opened_at < fromUnixTimestamp64Milli({from:Int64})
    ORDER BY opened_at DESC
    LIMIT 1 BY person
