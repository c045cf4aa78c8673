-- Files that are still on disk although their rows have been rewritten or deleted.
-- Parameters: database, tables.
-- Columns: how many.
SELECT count() FROM system.parts
WHERE database = {database:String} AND table IN {tables:Array(String)} AND NOT active
