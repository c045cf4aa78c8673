-- ClickHouse's clock. Column: now (UTC milliseconds).
SELECT toUnixTimestamp64Milli(now64(3)) AS now
