-- How many rows of a table have one of some keys. Parameters: table, column (the key's), keys.
-- Columns: how many.
SELECT count()
FROM {table:Identifier}
WHERE toString({column:Identifier}) IN {keys:Array(String)}
