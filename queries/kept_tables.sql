-- Tables of ours that hold rows on disk.
-- Columns: name, rows.
SELECT name, ifNull(total_rows, 0) AS rows
FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT LIKE '%\_rebuilt'
ORDER BY name
