-- The business's messages of a range, by the tag that they were sent under, and how many of them have
-- been read since: up to the watermark of the person's latest receipt.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: tag (empty: within the window), sent, read.
WITH
    sent AS
    (
        SELECT page_id, person_id, time, tag, name
        FROM events_by_person
        WHERE kind = 'echo' AND person_id != ''
            AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
        ORDER BY version DESC
        LIMIT 1 BY event_id
    ),
    receipts AS
    (
        SELECT page_id, person_id, max(if(mark > 0, mark, toUnixTimestamp64Milli(time))) AS upto
        FROM
        (
            SELECT
                page_id, person_id, time,
                toInt64OrZero(replaceAll(JSONExtractRaw(raw, 'read', 'watermark'), '"', '')) AS written,
                if(written < 1000000000000, written * 1000, written) AS mark
            FROM events_by_person
            WHERE kind = 'read' AND time >= fromUnixTimestamp64Milli({from:Int64})
        )
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
