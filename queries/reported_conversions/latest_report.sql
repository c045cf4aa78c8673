-- When the latest reported conversion came in, by the clock of whoever took it: 0 if there is none.
-- Columns: received_at (ms).
SELECT toUnixTimestamp64Milli(max(conversion_reports.received_at)) AS received_at FROM conversion_reports
