-- Conversations that were opened in a range, reached a stage of the default funnel and not the next; in
-- time, and how many there are in all.
-- Parameters: from, to (milliseconds; to is exclusive), reached, missed (names of stages: opened,
-- messaged, ...), limit, offset.
-- Columns: total, page_id, person_id, entered_at (ms: the opening), reached_at (ms).
SELECT
    count() OVER () AS total,
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(made.opened_at) AS entered_at,
    toUnixTimestamp64Milli(assumeNotNull(reached)) AS reached_at
FROM
(
    SELECT
        page_id,
        person_id,
        opened_at,
        multiIf(
            {reached:String} = 'messaged', messaged_at,
            {reached:String} = 'answered', answered_at,
            {reached:String} = 'engaged', engaged_at,
            {reached:String} = 'lead', lead_at,
            {reached:String} = 'purchase', purchase_at,
            toNullable(opened_at)) AS reached,
        multiIf(
            {missed:String} = 'messaged', messaged_at,
            {missed:String} = 'answered', answered_at,
            {missed:String} = 'engaged', engaged_at,
            {missed:String} = 'lead', lead_at,
            {missed:String} = 'purchase', purchase_at,
            NULL) AS missed
    FROM conversations FINAL
    WHERE conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
) AS made
WHERE isNotNull(reached) AND isNull(missed)
ORDER BY made.opened_at, page_id, person_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
