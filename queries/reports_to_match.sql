-- Some reported conversions as they stand, and what has been made of them.
-- Parameters: ids.
-- Columns: those of reported_conversions (times in ms, value in 1/10,000 of currency); was_page,
-- was_person, was_channel, was_time (ms), was_event, was_version of the event that was made (no
-- person: none stands).
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
    done.page_id AS was_page,
    done.person_id AS was_person,
    toString(done.channel) AS was_channel,
    toUnixTimestamp64Milli(done.time) AS was_time,
    done.event_id AS was_event,
    done.version AS was_version
FROM
(
    SELECT * FROM reported_conversions FINAL WHERE report_id IN {ids:Array(String)}
) AS report
LEFT JOIN
(
    SELECT * FROM matched_conversions FINAL WHERE report_id IN {ids:Array(String)}
) AS done ON done.report_id = report.report_id
ORDER BY report_id
