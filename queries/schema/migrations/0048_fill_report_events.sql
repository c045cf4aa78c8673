-- Those that were made before this version.
INSERT INTO report_events
SELECT
    done.report_id, done.event_id, done.matched_by, done.page_id, done.person_id, done.time,
    bitOr(bitShiftLeft(toUInt128(intDiv(intDiv(done.version, 4), 1000)), 86),
        bitShiftLeft(toUInt128(toUnixTimestamp64Milli(report.received_at)), 44)) AS version
FROM (SELECT * FROM matched_conversions FINAL WHERE person_id != '') AS done
INNER JOIN (SELECT report_id, received_at FROM reported_conversions FINAL) AS report
    ON report.report_id = done.report_id
