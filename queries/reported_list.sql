-- Conversions that others have reported, with whose they are, in time; and how many there are in all.
-- Parameters: from, to (milliseconds; to is exclusive), limit, offset.
-- Columns: total, id, name, time (ms), value (in units of currency; null if none), currency,
-- is_retracted, matched_by (empty: nobody yet), page_id, person_id, received_at (ms).
SELECT
    count() OVER () AS total,
    report.report_id AS id,
    toString(report.name) AS name,
    toUnixTimestamp64Milli(report.time) AS time,
    toFloat64(report.value) AS value,
    toString(report.currency) AS currency,
    toUInt32(report.is_retracted) AS is_retracted,
    toString(done.matched_by) AS matched_by,
    done.page_id AS page_id,
    done.person_id AS person_id,
    toUnixTimestamp64Milli(report.received_at) AS received_at
FROM
(
    SELECT *
    FROM reported_conversions FINAL
    WHERE reported_conversions.time >= fromUnixTimestamp64Milli({from:Int64})
        AND reported_conversions.time < fromUnixTimestamp64Milli({to:Int64})
) AS report
LEFT JOIN (SELECT * FROM matched_conversions FINAL) AS done ON done.report_id = report.report_id
ORDER BY report.time, report.report_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
