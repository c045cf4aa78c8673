-- Tables that have one of some columns, whatever they are called: a table that is new, or left over, is among them.
-- Parameters: database, columns.
-- Columns: table, columns (those that it has).
SELECT table, groupArray(name) AS columns
FROM system.columns
WHERE database = {database:String}
    AND name IN {columns:Array(String)}
    AND table IN (SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree')
GROUP BY table
ORDER BY table
