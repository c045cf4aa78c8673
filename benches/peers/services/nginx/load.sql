-- Lines of nginx's log become rows: the signature is checked here, and JSON is parsed here.
INSERT INTO events
WITH
    coalesce(
        nullIf(JSONExtractRaw(item, 'referral'), ''),
        nullIf(JSONExtractRaw(item, 'message', 'referral'), ''),
        JSONExtractRaw(item, 'postback', 'referral')
    ) AS referral,
    JSONExtractBool(item, 'message', 'is_echo') AS is_echo
SELECT
    fromUnixTimestamp64Milli(toInt64(at * 1000), 'UTC') AS received_at,
    fromUnixTimestamp64Milli(
        if(is_change, JSONExtractInt(entry, 'time'), JSONExtractInt(item, 'timestamp')), 'UTC'
    ) AS time,
    JSONExtractString(entry, 'id') AS page_id,
    multiIf(
        is_change, JSONExtractString(item, 'value', 'from', 'id'),
        is_echo, JSONExtractString(item, 'recipient', 'id'),
        JSONExtractString(item, 'sender', 'id')
    ) AS person_id,
    multiIf(
        is_echo, 'echo',
        JSONHas(item, 'message'), 'message',
        JSONHas(item, 'postback'), 'postback',
        JSONHas(item, 'referral'), 'referral',
        JSONHas(item, 'optin'), 'opt_in',
        JSONHas(item, 'delivery'), 'delivery',
        JSONHas(item, 'read'), 'read',
        'other'
    ) AS kind,
    JSONExtractString(item, if(kind = 'postback', 'postback', 'message'), 'mid') AS mid,
    if(
        kind = 'postback',
        JSONExtractString(item, 'postback', 'payload'),
        JSONExtractString(item, 'message', 'quick_reply', 'payload')
    ) AS payload,
    JSONExtractString(referral, 'source') AS source,
    JSONExtractString(referral, 'ref') AS ref,
    JSONExtractString(referral, 'ad_id') AS ad_id,
    item AS raw
FROM
(
    SELECT
        at,
        entry,
        (arrayJoin(arrayConcat(
            arrayMap(one -> (one, false), JSONExtractArrayRaw(entry, 'messaging')),
            arrayMap(one -> (one, true), JSONExtractArrayRaw(entry, 'changes'))
        )) AS both).1 AS item,
        both.2 AS is_change
    FROM
    (
        SELECT at, arrayJoin(JSONExtractArrayRaw(body, 'entry')) AS entry
        FROM input('at Float64, signature String, body String')
        WHERE signature = concat('sha256=', lower(hex(HMAC('sha256', body, {secret:String}))))
    )
)
FORMAT JSONEachRow
