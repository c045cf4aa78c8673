-- The events that decide conversations, of every person who acted in a range; each event once, in
-- order: page, person, then time, place in the delivery, event id.
-- Whole histories up to the end of the funnel window, because a conversation's start depends on
-- what the person did before the range, and its stages on what followed.
-- Parameters: from, to (milliseconds; to is exclusive), until (milliseconds: the range's end plus
-- the funnel window).
-- Columns: page_id, person_id, time (ms), kind, name, source, source_name, ref, ad_id, ad_title,
-- value_e4 (value in 1/10,000 of currency; null if none), currency.
SELECT
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(time) AS time,
    toString(kind) AS kind,
    toString(name) AS name,
    toString(source) AS source,
    toString(source_name) AS source_name,
    ref,
    ad_id,
    ad_title,
    toInt64(toDecimal128(value, 4) * 10000) AS value_e4,
    toString(currency) AS currency
FROM
(
    SELECT
        event_id, page_id, person_id, events.time AS time, place, kind, name,
        source, source_name, ref, ad_id, ad_title, value, currency
    FROM events
    WHERE person_id != ''
        AND events.time < fromUnixTimestamp64Milli({until:Int64})
        AND (kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion')
            OR name = 'comment')
        AND (page_id, person_id) IN
        (
            SELECT page_id, person_id
            FROM events
            WHERE events.time >= fromUnixTimestamp64Milli({from:Int64})
                AND events.time < fromUnixTimestamp64Milli({to:Int64})
                AND person_id != ''
                AND kind IN ('message', 'postback', 'referral', 'opt_in', 'conversion')
        )
    ORDER BY version DESC
    LIMIT 1 BY event_id
)
ORDER BY page_id, person_id, time, place, event_id
