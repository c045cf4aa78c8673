-- How fast, and how often, people who wrote were answered, in conversations opened in a range: over all,
-- by source, by hour and weekday of their first message, by the app and the persona that answered, and
-- by how long the answer took.
-- Parameters: from, to (milliseconds; to is exclusive), zone (of hours and weekdays).
-- Columns: dimension (all, source, hour, weekday, app, persona, reply), value (weekday: 1 is Monday;
-- reply: a bucket), wrote (conversations with the stage messaged), answered, within_5m, within_1h,
-- within_24h (answered so soon), median_ms, p90_ms (of the time to the answer, over those answered,
-- between two values linearly: R's type 7; null if there is none), leads, purchases (stages reached).
SELECT
    part.1 AS dimension,
    part.2 AS value,
    count() AS wrote,
    countIf(is_answered) AS answered,
    countIf(is_answered AND took <= 300000) AS within_5m,
    countIf(is_answered AND took <= 3600000) AS within_1h,
    countIf(is_answered AND took <= 86400000) AS within_24h,
    if(answered = 0, NULL, quantileExactInclusiveIf(0.5)(took, is_answered)) AS median_ms,
    if(answered = 0, NULL, quantileExactInclusiveIf(0.9)(took, is_answered)) AS p90_ms,
    countIf(is_lead) AS leads,
    countIf(is_purchase) AS purchases
FROM
(
    SELECT
        isNotNull(answered_at) AS is_answered,
        isNotNull(lead_at) AS is_lead,
        isNotNull(purchase_at) AS is_purchase,
        assumeNotNull(ifNull(toUnixTimestamp64Milli(answered_at) - toUnixTimestamp64Milli(messaged_at), 0)) AS took,
        [
            ('all', ''),
            ('source', source),
            ('hour', formatDateTime(assumeNotNull(messaged_at), '%H', {zone:String})),
            ('weekday', toString(toDayOfWeek(assumeNotNull(messaged_at), 0, {zone:String}))),
            ('reply', multiIf(
                NOT is_answered, '7 never',
                took <= 60000, '1 within a minute',
                took <= 300000, '2 within 5 minutes',
                took <= 900000, '3 within 15 minutes',
                took <= 3600000, '4 within an hour',
                took <= 86400000, '5 within a day',
                '6 later'))
        ] AS always,
        if(is_answered, [('app', toString(answered_app)), ('persona', toString(answered_persona))], []) AS answering
    FROM v_conversations
    WHERE v_conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND v_conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
        AND isNotNull(messaged_at)
)
ARRAY JOIN arrayConcat(always, answering) AS part
GROUP BY dimension, value
ORDER BY dimension, value
