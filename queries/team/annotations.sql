-- Annotations that somebody wrote of the days in a range, or the one of an id.
-- Parameters: first, last (days since 1970-01-01, both inclusive), id (empty: all).
-- Columns: id, day (days since 1970-01-01), text, page_id (empty: all Pages), made_by, made_at (ms), workspace.
SELECT
    id, day, text, toString(page_id) AS page_id, made_by,
    toUnixTimestamp64Milli(annotations.made_at) AS made_at,
    workspace
FROM annotations FINAL
WHERE day >= toDate({first:UInt16}) AND day <= toDate({last:UInt16})
    AND ({id:String} = '' OR id = {id:String})
ORDER BY day, made_at, id
