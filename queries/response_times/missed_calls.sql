-- People's calls of a range that nobody took, and how many of them the business has not answered since, under any of the
-- person's names.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: missed, unanswered.
WITH
    pages AS
    (
        SELECT page_id
        FROM events_by_person
        WHERE name = 'call_missed' AND person_id != ''
            AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    ),
    known AS (SELECT page_id, alias, person_id FROM aliases FINAL WHERE page_id IN pages),
    calls AS
    (
        SELECT
            found.page_id AS page_id, if(known.person_id = '', found.person_id, known.person_id) AS person_id,
            found.time AS time
        FROM
        (
            SELECT page_id, person_id, time
            FROM events_by_person
            WHERE name = 'call_missed' AND person_id != ''
                AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
            LIMIT 1 BY event_id
        ) AS found
        LEFT JOIN known ON known.page_id = found.page_id AND known.alias = found.person_id
    ),
    answers AS
    (
        SELECT
            told.page_id AS page_id, if(known.person_id = '', told.person_id, known.person_id) AS person_id,
            max(told.time) AS last
        FROM
        (
            -- Several statuses tell of one answer: the one that proves most counts.
            SELECT page_id, person_id, time, name
            FROM events_by_person
            WHERE page_id IN pages AND kind = 'echo' AND channel = 'whatsapp'
                AND time >= fromUnixTimestamp64Milli({from:Int64})
            ORDER BY version DESC
            LIMIT 1 BY event_id
        ) AS told
        LEFT JOIN known ON known.page_id = told.page_id AND known.alias = told.person_id
        -- What never arrived is called failed.
        WHERE told.name != 'failed'
        GROUP BY page_id, person_id
    )
SELECT count() AS missed, countIf(calls.time > answers.last) AS unanswered
FROM calls
LEFT JOIN answers ON answers.page_id = calls.page_id AND answers.person_id = calls.person_id
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
