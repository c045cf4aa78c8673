-- The rows that stand in the tables made of events, of everyone in some batches all of whose conversations are made from
-- nothing: after a loss the lists of `people` do not tell them.
-- Parameters: changed, conversations, touchpoints, conversions (tables), batches.
-- Columns: kind (conversation, touchpoint or conversion), page_id, person_id, time (ms), number (0 of a conversation).
WITH whose AS
(
    SELECT page_id, person_id
    FROM {changed:Identifier}
    WHERE batch IN {batches:Array(UInt64)} AND toUnixTimestamp64Milli(since) = 0
    UNION DISTINCT
    SELECT page_id, person_id
    FROM aliases
    WHERE (page_id, alias) IN
    (
        SELECT page_id, person_id
        FROM {changed:Identifier}
        WHERE batch IN {batches:Array(UInt64)} AND toUnixTimestamp64Milli(since) = 0
    )
)
SELECT
    'conversation' AS kind, toString(page_id) AS page_id, person_id, toUnixTimestamp64Milli(opened_at) AS time,
    toUInt32(0) AS number
FROM {conversations:Identifier} FINAL
WHERE (page_id, person_id) IN whose
UNION ALL
SELECT 'touchpoint', toString(page_id), person_id, toUnixTimestamp64Milli(time), toUInt32(number)
FROM {touchpoints:Identifier} FINAL
WHERE (page_id, person_id) IN whose
UNION ALL
SELECT 'conversion', toString(page_id), person_id, toUnixTimestamp64Milli(time), toUInt32(number)
FROM {conversions:Identifier} FINAL
WHERE (page_id, person_id) IN whose
-- On a cluster each shard asks for itself whom it is about: subqueries in subqueries cannot be sent to it.
SETTINGS distributed_product_mode = 'allow'
