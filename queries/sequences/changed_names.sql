-- For sequences_made and classes_made: whoever has changed in some batches since or before a bound, under their latest name
-- (changed), and all names that they have (names).
-- Parameters: changed (table), batches, bound (ms), is_older (those who have changed before it).
    changed AS
    (
        SELECT page_id, person_id
        FROM
        (
            SELECT page_id, person_id, since
            FROM {changed:Identifier}
            WHERE batch IN {batches:Array(UInt64)}
            UNION ALL
            SELECT aliases.page_id, aliases.person_id, also.since
            FROM {changed:Identifier} AS also
            INNER JOIN aliases ON aliases.page_id = also.page_id AND aliases.alias = also.person_id
            WHERE also.batch IN {batches:Array(UInt64)}
        )
        GROUP BY page_id, person_id
        HAVING (min(since) < fromUnixTimestamp64Milli({bound:Int64})) = {is_older:Bool}
    ),
    known AS
    (
        SELECT page_id, alias, person_id
        FROM aliases FINAL
        WHERE (page_id, person_id) GLOBAL IN changed OR (page_id, alias) GLOBAL IN changed
    ),
    names AS
    (
        SELECT page_id, person_id FROM changed
        UNION DISTINCT
        SELECT page_id, alias FROM known
    )
