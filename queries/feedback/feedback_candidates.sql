-- Conversions that Meta may be told of and has not been: those that are not sent, refused or expired.
-- A conversion that somebody reported is known by its report and its name, so that a correction is not
-- another one; others by their event. What was sent of an event that was told twice is not sent again of the one that
-- stands.
-- Parameters: from, to (milliseconds; to is exclusive), names (goals that are told).
-- On WhatsApp only of people who came by an ad: Meta knows them by that click.
-- Columns: event_id, page_id, person_id, channel, name, time (ms), value_e4 (1/10,000 of currency; null if
-- none), currency, business_account (of a WhatsApp number), ctwa_clid (of the latest click before the conversion, else of
-- the first after it; empty elsewhere), consent (of the report, the latest that any version said; null if none did),
-- person_consent (the person's latest word; null if there is none), status (withheld, again, or empty), version (of
-- that status; 0 if there is none).
WITH
    found AS
    (
        SELECT
            event_id, toString(page_id) AS page_id, person_id, toString(channel) AS channel,
            toString(name) AS name, toUnixTimestamp64Milli(made.time) AS time, value_e4,
            toString(currency) AS currency
        FROM conversions AS made FINAL
        WHERE made.time >= fromUnixTimestamp64Milli({from:Int64})
            AND made.time < fromUnixTimestamp64Milli({to:Int64})
            AND made.name IN {names:Array(String)}
            -- Not made again yet since events have stood in it.
            AND made.event_id != toUUID('00000000-0000-0000-0000-000000000000')
            AND NOT startsWith(made.person_id, 'user_ref:') AND NOT startsWith(made.person_id, 'lead:')
    ),
    of_report AS
    (
        SELECT event_id, report_id
        FROM conversion_report_events
        WHERE conversion_report_events.time >= fromUnixTimestamp64Milli({from:Int64})
            AND conversion_report_events.time < fromUnixTimestamp64Milli({to:Int64})
            AND event_id IN (SELECT event_id FROM found)
        LIMIT 1 BY event_id
    ),
    told AS
    (
        SELECT
            lower(hex(substring(SHA256(if(of_report.report_id != '',
                concat('report ', of_report.report_id, ' ', found.name),
                concat('event ', toString(found.event_id)))), 1, 16))) AS event_id,
            found.page_id AS page_id,
            found.person_id AS person_id,
            found.channel AS channel,
            found.name AS name,
            found.time AS time,
            found.value_e4 AS value_e4,
            found.currency AS currency,
            of_report.report_id AS report_id
        FROM found
        LEFT JOIN of_report ON of_report.event_id = found.event_id
        -- While a report moves to another person, both have it for a moment.
        ORDER BY event_id, person_id
        LIMIT 1 BY event_id
    ),
    -- What Meta was told of an event that became one with another event since: a tap that was told twice.
    sent_before AS
    (
        SELECT toString(feedback.page_id) AS page_id, person_id, toUnixTimestamp64Milli(feedback.time) AS time
        FROM feedback FINAL
        WHERE status = 'sent'
            AND feedback.time >= fromUnixTimestamp64Milli({from:Int64})
            AND feedback.time < fromUnixTimestamp64Milli({to:Int64})
            AND event_id NOT IN (SELECT event_id FROM told)
    ),
    -- Whom a plugin knew by a reference of its own, and who has an id now, is one person.
    known AS
    (
        SELECT toString(aliases.page_id) AS page_id, alias, person_id
        FROM aliases FINAL
        WHERE (toString(aliases.page_id), person_id) IN (SELECT page_id, person_id FROM found)
    ),
    said AS
    (
        SELECT
            each.page_id AS page_id,
            if(known.person_id = '', each.person_id, known.person_id) AS person_id,
            argMax(each.consent, each.version) AS latest
        FROM
        (
            SELECT *
            FROM person_consents FINAL
            WHERE (page_id, person_id) IN
                (SELECT page_id, person_id FROM found UNION ALL SELECT page_id, alias FROM known)
        ) AS each
        LEFT ANY JOIN known ON known.page_id = each.page_id AND known.alias = each.person_id
        GROUP BY page_id, person_id
    ),
    -- Clicks on ads that led to WhatsApp.
    clicks AS
    (
        SELECT told.event_id AS event_id,
            argMax(entered.ctwa_clid, if(entered.time <= fromUnixTimestamp64Milli(told.time),
                toUnixTimestamp64Milli(entered.time), -toUnixTimestamp64Milli(entered.time))) AS ctwa_clid
        FROM told
        INNER JOIN
        (
            SELECT toString(touchpoints.page_id) AS page_id, person_id, touchpoints.time AS time, ctwa_clid
            FROM touchpoints FINAL
            WHERE ctwa_clid != '' AND (toString(touchpoints.page_id), person_id) IN (SELECT page_id, person_id FROM found)
        ) AS entered ON entered.page_id = told.page_id AND entered.person_id = told.person_id
        GROUP BY event_id
    ),
    -- Somebody who was reported and never seen is where their Page's people are.
    pages AS
    (
        SELECT toString(conversations.page_id) AS page_id, any(toString(channel)) AS channel
        FROM conversations
        WHERE toString(conversations.page_id) IN (SELECT page_id FROM found WHERE found.channel = '')
        GROUP BY page_id
    )
SELECT
    told.event_id AS event_id,
    told.page_id AS page_id,
    told.person_id AS person_id,
    multiIf(told.channel != '', told.channel, pages.channel != '', pages.channel, 'messenger') AS channel,
    told.name AS name,
    told.time AS time,
    told.value_e4 AS value_e4,
    told.currency AS currency,
    accounts.business_account AS business_account,
    clicks.ctwa_clid AS ctwa_clid,
    if(word.report_id = '', NULL, word.consent) AS consent,
    if(said.person_id = '', NULL, said.latest) AS person_consent,
    toString(done.status) AS status,
    done.version AS version
FROM told
LEFT JOIN
(
    SELECT report_id, consent FROM conversion_report_consents FINAL WHERE report_id IN (SELECT report_id FROM of_report)
) AS word ON word.report_id = told.report_id
LEFT JOIN said ON said.page_id = told.page_id AND said.person_id = told.person_id
LEFT JOIN pages ON pages.page_id = told.page_id
LEFT JOIN clicks ON clicks.event_id = told.event_id
LEFT JOIN
(
    SELECT page_id, argMax(page_names.business_account, (page_names.business_account != '', version)) AS business_account
    FROM page_names
    GROUP BY page_id
) AS accounts ON accounts.page_id = told.page_id
LEFT JOIN
(
    SELECT event_id, status, toUnixTimestamp64Milli(feedback.time) AS time, version
    FROM feedback FINAL
    WHERE event_id IN (SELECT event_id FROM told)
) AS done ON done.event_id = told.event_id
-- What was too old may have been corrected.
WHERE (done.status IN ('', 'withheld', 'again') OR done.status = 'expired' AND done.time != told.time)
    AND (told.report_id != '' OR (told.page_id, told.person_id, told.time) NOT IN (SELECT page_id, person_id, time FROM sent_before))
    AND (channel IN ('messenger', 'instagram') OR channel = 'whatsapp' AND ctwa_clid != '')
ORDER BY time, event_id
