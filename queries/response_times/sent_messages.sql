-- The business's messages of a range, by the tag that they were sent under, and how many of them have
-- been read since: up to the watermark of the person's latest receipt, under whichever of their names.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: tag (empty: within the window), sent, read.
WITH
    known AS (SELECT page_id, alias, person_id FROM aliases FINAL),
    sent AS
    (
        SELECT
            found.page_id AS page_id, if(known.person_id = '', found.person_id, known.person_id) AS person_id,
            found.time AS time, found.tag AS tag, found.name AS name
        FROM
        (
            SELECT page_id, person_id, time, tag, name
            FROM events_by_person
            WHERE kind = 'echo' AND person_id != ''
                AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
            ORDER BY version DESC
            LIMIT 1 BY event_id
        ) AS found
        LEFT JOIN known ON known.page_id = found.page_id AND known.alias = found.person_id
    ),
    receipts AS
    (
        SELECT
            told.page_id AS page_id, if(known.person_id = '', told.person_id, known.person_id) AS person_id,
            max(if(told.mark > 0, told.mark, toUnixTimestamp64Milli(told.time))) AS upto
        FROM
        (
            SELECT
                page_id, person_id, time,
                toInt64OrZero(replaceAll(JSONExtractRaw(raw, 'read', 'watermark'), '"', '')) AS written,
                if(written < 1000000000000, written * 1000, written) AS mark
            FROM events_by_person
            WHERE kind = 'read' AND time >= fromUnixTimestamp64Milli({from:Int64})
        ) AS told
        LEFT JOIN known ON known.page_id = told.page_id AND known.alias = told.person_id
        GROUP BY page_id, person_id
    )
SELECT
    toString(sent.tag) AS tag,
    count() AS sent,
    countIf(toUnixTimestamp64Milli(sent.time) <= receipts.upto) AS read
FROM sent
LEFT JOIN receipts ON receipts.page_id = sent.page_id AND receipts.person_id = sent.person_id
-- What never arrived is called failed.
WHERE sent.name != 'failed'
GROUP BY tag
ORDER BY sent DESC, tag
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
