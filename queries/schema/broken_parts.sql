-- Parts of tables of ours that could not be read when a table was loaded, and were set aside.
-- Parameters: database. Columns: table, name, bytes.
SELECT table, name, bytes_on_disk AS bytes
FROM system.detached_parts
WHERE database = {database:String} AND startsWith(ifNull(reason, ''), 'broken')
ORDER BY table, name
