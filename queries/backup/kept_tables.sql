-- Tables of ours that hold rows on disk.
-- Parameters: database.
-- Columns: name, rows.
SELECT name, sum(ifNull(total_rows, 0)) AS rows
FROM system.tables
WHERE database = {database:String} AND engine LIKE '%MergeTree' AND name NOT LIKE '%\_rebuilt%'
GROUP BY name
ORDER BY name
