-- Conversions that Meta may be told of and has not been: those that are not sent, refused or expired.
-- A conversion that somebody reported is known by its report, so that a correction is not another one;
-- others by person, name and time.
-- Parameters: from, to (milliseconds; to is exclusive), names (goals that are told).
-- Columns: event_id, page_id, person_id, channel, name, time (ms), value_e4 (1/10,000 of currency; null if
-- none), currency, consent (of the report; null if not said), person_consent (the person's latest word;
-- null if there is none), status (withheld, again, or empty).
WITH
    reported AS
    (
        SELECT
            done.page_id AS page_id, done.person_id AS person_id, done.time AS time,
            report.name AS name, report.report_id AS report_id, report.consent AS consent,
            report.version AS version
        FROM (SELECT * FROM matched_conversions FINAL WHERE person_id != '') AS done
        INNER JOIN (SELECT * FROM reported_conversions FINAL) AS report
            ON report.report_id = done.report_id
    ),
    found AS
    (
        SELECT
            made.page_id AS page_id, made.person_id AS person_id, made.time AS time,
            toString(made.channel) AS channel, toString(made.name) AS name, made.value_e4 AS value_e4,
            toString(made.currency) AS currency,
            row_number() OVER (
                PARTITION BY made.page_id, made.person_id, made.name, made.time ORDER BY made.number
            ) AS occurrence
        FROM conversions AS made FINAL
        WHERE made.time >= fromUnixTimestamp64Milli({from:Int64})
            AND made.time < fromUnixTimestamp64Milli({to:Int64})
            AND made.name IN {names:Array(String)}
            AND made.channel IN ('messenger', 'instagram')
            AND NOT startsWith(made.person_id, 'user_ref:') AND NOT startsWith(made.person_id, 'lead:')
    ),
    of_report AS
    (
        SELECT
            page_id, person_id, name, time, report_id, consent,
            row_number() OVER (PARTITION BY page_id, person_id, name, time ORDER BY report_id) AS occurrence
        FROM reported
    ),
    told AS
    (
        SELECT
            lower(hex(substring(SHA256(if(of_report.report_id != '',
                concat('report ', of_report.report_id),
                concat('event ', toString(found.page_id), ' ', found.person_id, ' ', found.name, ' ',
                    toString(toUnixTimestamp64Milli(found.time)), ' ', toString(found.occurrence)))), 1, 16)))
                AS event_id,
            toString(found.page_id) AS page_id,
            found.person_id AS person_id,
            found.channel AS channel,
            found.name AS name,
            toUnixTimestamp64Milli(found.time) AS time,
            found.value_e4 AS value_e4,
            found.currency AS currency,
            if(of_report.report_id = '', NULL, of_report.consent) AS consent
        FROM found
        LEFT JOIN of_report
            ON of_report.page_id = found.page_id AND of_report.person_id = found.person_id
            AND of_report.name = found.name AND of_report.time = found.time
            AND of_report.occurrence = found.occurrence
    )
SELECT
    told.event_id AS event_id,
    told.page_id AS page_id,
    told.person_id AS person_id,
    told.channel AS channel,
    told.name AS name,
    told.time AS time,
    told.value_e4 AS value_e4,
    told.currency AS currency,
    told.consent AS consent,
    if(said.person_id = '', NULL, said.latest) AS person_consent,
    toString(done.status) AS status
FROM told
LEFT JOIN
(
    SELECT page_id, person_id, argMax(assumeNotNull(reported.consent), version) AS latest
    FROM reported
    WHERE reported.consent IS NOT NULL
    GROUP BY page_id, person_id
) AS said ON said.page_id = told.page_id AND said.person_id = told.person_id
LEFT JOIN (SELECT event_id, status FROM feedback FINAL) AS done ON done.event_id = told.event_id
WHERE done.status IN ('', 'withheld', 'again')
ORDER BY time, event_id
