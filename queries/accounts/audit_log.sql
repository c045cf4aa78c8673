-- What was done last.
-- Parameters: limit.
-- Columns: at (ms), who, act, about, address.
SELECT toUnixTimestamp64Milli(audit_log.at) AS at, who, act, about, address
FROM audit_log
ORDER BY audit_log.at DESC
LIMIT {limit:UInt64}
