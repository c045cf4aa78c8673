-- Makes the rows of event_sequences of everyone who has changed in some batches, from a month on, and takes those away that are no
-- more. What is as it was is not written again.
-- definitions stands for changed_names, class for the file of that name.
-- Parameters: changed, sequences (tables), batches, bound, is_older, from_month (date), read_from (ms: events are read from
-- there on, because of several rows of one event any may count), version.
INSERT INTO {sequences:Identifier} (month, page_id, person_id, times, classes, version, is_deleted)
WITH
<<definitions>>
SELECT
    month,
    page_id,
    person_id,
    anyIf(row_times, is_made),
    anyIf(row_classes, is_made),
    {version:UInt64},
    toUInt8(countIf(is_made) = 0)
FROM
(
    SELECT month, page_id, person_id, sorted.1 AS row_times, sorted.4 AS row_classes, true AS is_made
    FROM
    (
        SELECT
            toStartOfMonth(found.time) AS month,
            toString(found.page_id) AS page_id,
            if(known.person_id = '', found.person_id, known.person_id) AS person_id,
            arraySort(groupArray((
                toUInt32(toUnixTimestamp64Milli(found.time) - toInt64(toUnixTimestamp(month, 'UTC')) * 1000),
                found.place, found.event_id, found.class)))
                AS sorted
        FROM
        (
            SELECT event_id, page_id, person_id, time, place, kind, name, <<class>> AS class
            FROM events_by_person
            WHERE time >= fromUnixTimestamp64Milli({read_from:Int64})
                AND (page_id, person_id) GLOBAL IN names
                AND kind NOT IN ('delivery', 'read')
            ORDER BY version DESC
            LIMIT 1 BY event_id
        ) AS found
        LEFT JOIN known ON known.page_id = found.page_id AND known.alias = found.person_id
        WHERE found.time >= toDateTime64({from_month:Date}, 3, 'UTC')
            -- A conversion that was taken back has no name, an echo that never arrived is called failed.
            AND NOT (found.kind = 'conversion' AND found.name = '')
            AND NOT (found.kind = 'echo' AND found.name = 'failed')
        GROUP BY month, page_id, person_id
    )
    WHERE (page_id, person_id) GLOBAL IN changed
    UNION ALL
    SELECT month, toString(page_id), person_id, times, classes, false
    FROM {sequences:Identifier} FINAL
    WHERE month >= {from_month:Date}
        AND person GLOBAL IN (SELECT reinterpretAsUInt128(sipHash128(page_id, person_id)) FROM changed)
)
GROUP BY month, page_id, person_id
HAVING countIf(is_made) = 0 OR countIf(NOT is_made) = 0
    OR anyIf(row_times, is_made) != anyIf(row_times, NOT is_made)
    OR anyIf(row_classes, is_made) != anyIf(row_classes, NOT is_made)
-- On a cluster whom it is about is asked for once, and sent to each shard.
SETTINGS distributed_product_mode = 'allow'
