-- Some reported conversions as they stand. Parameters: ids.
-- Columns: report_id, name, time (ms), value (1/10,000 of currency; null if none), currency, is_retracted,
-- page_id, person_id, click, contacts, received_at (ms), version; consent (null if no version said), and
-- consent_version (of the version that said so).
SELECT
    report.report_id AS report_id,
    toString(report.name) AS name,
    toUnixTimestamp64Milli(report.time) AS time,
    report.value AS value,
    toString(report.currency) AS currency,
    report.is_retracted AS is_retracted,
    report.page_id AS page_id,
    report.person_id AS person_id,
    report.click AS click,
    report.contacts AS contacts,
    toUnixTimestamp64Milli(report.received_at) AS received_at,
    report.version AS version,
    if(said.report_id = '', NULL, said.consent) AS consent,
    said.version AS consent_version
FROM
(
    SELECT * FROM conversion_reports FINAL WHERE report_id IN {ids:Array(String)}
) AS report
LEFT JOIN
(
    SELECT * FROM conversion_report_consents FINAL WHERE report_id IN {ids:Array(String)}
) AS said ON said.report_id = report.report_id
ORDER BY report_id
