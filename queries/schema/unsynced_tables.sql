-- Tables of ours that a power cut can take rows from: what an insert writes, or what a merge makes, is not synced. A
-- setting that a table does not name has the server's value.
-- Parameters: database. Columns: name.
WITH
    (SELECT toUInt64OrZero(anyIf(value, name = 'fsync_after_insert')) FROM system.merge_tree_settings) AS inserts,
    (SELECT toUInt64OrZero(anyIf(value, name = 'fsync_part_directory')) FROM system.merge_tree_settings) AS folders,
    (SELECT toUInt64OrZero(anyIf(value, name = 'min_rows_to_fsync_after_merge')) FROM system.merge_tree_settings) AS merges,
    (text, usual) -> if(text = '', usual, toUInt64OrZero(text)) AS setting
SELECT DISTINCT name
FROM system.tables
WHERE database = {database:String} AND engine LIKE '%MergeTree'
    AND (setting(extract(engine_full, 'fsync_after_insert = (\\d+)'), inserts) != 1
        OR setting(extract(engine_full, 'fsync_part_directory = (\\d+)'), folders) != 1
        OR setting(extract(engine_full, 'min_rows_to_fsync_after_merge = (\\d+)'), merges) NOT BETWEEN 1 AND 1000)
ORDER BY name
