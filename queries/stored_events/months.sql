-- Months of stored events; asked of the parts' names, no row is read.
-- Columns: month (YYYYMM).
SELECT DISTINCT toUInt32(_partition_id) AS month FROM events_by_person ORDER BY month
