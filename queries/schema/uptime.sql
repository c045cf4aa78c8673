-- How long this ClickHouse runs. Columns: seconds.
SELECT toUInt64(uptime())
