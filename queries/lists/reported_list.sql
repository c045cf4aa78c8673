-- Conversions that others have reported, with whose they are, in time.
-- Parameters: from, to (milliseconds; to is exclusive), after_time (ms), after_id (the row behind which to
-- begin), limit, offset.
-- Columns: id, name, time (ms), value (in units of currency; null if none), currency,
-- is_retracted, matched_by (empty: nobody yet), page_id, person_id, received_at (ms).
SELECT
    report.report_id AS id,
    toString(report.name) AS name,
    toUnixTimestamp64Milli(report.time) AS time,
    toFloat64(report.value) AS value,
    toString(report.currency) AS currency,
    toUInt32(report.is_retracted) AS is_retracted,
    if(report.is_retracted, '', toString(done.matched_by)) AS matched_by,
    if(report.is_retracted, '', done.page_id) AS page_id,
    if(report.is_retracted, '', done.person_id) AS person_id,
    toUnixTimestamp64Milli(report.received_at) AS received_at
FROM
(
    SELECT *
    FROM conversion_reports FINAL
    WHERE conversion_reports.time >= fromUnixTimestamp64Milli({from:Int64})
        AND conversion_reports.time < fromUnixTimestamp64Milli({to:Int64})
) AS report
LEFT JOIN
(
    -- The one that counts, as 0047_report_events says.
    SELECT report_id, matched_by, page_id, person_id
    FROM conversion_report_events
    WHERE report_id IN
        (
            SELECT report_id
            FROM conversion_reports FINAL
            WHERE conversion_reports.time >= fromUnixTimestamp64Milli({from:Int64})
                AND conversion_reports.time < fromUnixTimestamp64Milli({to:Int64})
        )
    ORDER BY report_id, version DESC, person_id = '', toString(event_id)
    LIMIT 1 BY report_id
) AS done ON done.report_id = report.report_id
WHERE (toUnixTimestamp64Milli(report.time), report.report_id)
    > ({after_time:Int64}, {after_id:String})
ORDER BY report.time, report.report_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
