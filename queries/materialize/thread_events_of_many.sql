-- For thread_events: everyone in some batches of changed people, and of them those who have events before the bound.
-- Parameters: changed, people (tables), batches, bound (milliseconds).
changed AS
(
    SELECT page_id, person_id FROM {changed:Identifier} WHERE batch IN {batches:Array(UInt64)}
    UNION DISTINCT
    SELECT page_id, person_id
    FROM aliases
    WHERE (page_id, alias) IN
    (
        SELECT page_id, person_id FROM {changed:Identifier} WHERE batch IN {batches:Array(UInt64)}
    )
),
older AS
(
    SELECT page_id, person_id
    FROM {people:Identifier}
    WHERE (page_id, person_id) IN changed AND first_event < {bound:Int64}
    UNION ALL
    SELECT page_id, person_id
    FROM {changed:Identifier}
    WHERE batch IN {batches:Array(UInt64)} AND since < fromUnixTimestamp64Milli({bound:Int64})
),
