-- People's calls of a range that nobody took, and how many of them the business has not answered since, under any of the
-- person's names.
-- sequences_whole stands for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive), from_month, to_month (dates of what came since; to_month is exclusive).
-- Columns: missed, unanswered.
WITH
    calls AS
    (
        SELECT
            reinterpretAsUInt128(sipHash128(
                found.page_id, if(known.person_id = '', found.person_id, known.person_id))) AS person,
            toUnixTimestamp64Milli(found.time) AS time
        FROM
        (
            SELECT page_id, person_id, time
            FROM events_by_person
            WHERE name = 'call_missed' AND person_id != ''
                AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
            LIMIT 1 BY event_id
        ) AS found
        LEFT JOIN
        (
            SELECT page_id, alias, person_id FROM aliases FINAL
        ) AS known ON known.page_id = found.page_id AND known.alias = found.person_id
    ),
    answers AS
    (
        SELECT person, max(time) AS last
        FROM
        (
            SELECT person, toUnixTimestamp(month, 'UTC') * 1000 AS begin, times, classes
            FROM event_sequences FINAL
            WHERE month >= {from_month:Date} AND month < {to_month:Date}
                AND person IN (SELECT person FROM calls)
        )
        ARRAY JOIN arrayMap(since -> toInt64(begin + since), times) AS time, classes AS class
        WHERE time >= {from:Int64}
            AND class IN
            (
                SELECT class
                FROM event_classes
                WHERE month >= {from_month:Date} AND month < {to_month:Date} AND kind = 'echo'
            )
        GROUP BY person
    )
SELECT count() AS missed, countIf(calls.time > answers.last) AS unanswered
FROM calls
LEFT JOIN answers ON answers.person = calls.person
WHERE <<sequences_whole>>
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow', do_not_merge_across_partitions_select_final = 1
