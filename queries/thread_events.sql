-- The events that decide conversations, of every person who acted in a range; each event once, in
-- order: page, person, then time, place in the delivery, event id.
-- Whole histories up to the end of the funnel window, because a conversation's start depends on
-- what the person did before the range, and its stages on what followed.
-- Parameters: from, to (milliseconds; to is exclusive), until (milliseconds: the range's end plus
-- the funnel window), page and person (empty, or the only person).
-- Columns: page_id, person_id, time (ms), kind, name, source, source_name, ref, ad_id, ad_title,
-- value_e4 (value in 1/10,000 of currency; null if none), currency; and of the registered link with
-- the event's ref (its own Page's before one of any Page): link (slug), campaign, medium, owner. A
-- link registered as printed has the source qr.
WITH
    known AS
    (
        SELECT ref, arraySort(each -> each.1 = '', groupArray(
            (page_id, slug, campaign, medium, owner, is_printed))) AS candidates
        FROM (SELECT * FROM links ORDER BY version DESC LIMIT 1 BY slug)
        WHERE ref != ''
        GROUP BY ref
    ),
    arrayFirst(each -> each.1 IN (found.page_id, ''), known.candidates) AS registered
SELECT
    toString(found.page_id) AS page_id,
    found.person_id AS person_id,
    toUnixTimestamp64Milli(found.time) AS time,
    toString(found.kind) AS kind,
    toString(found.name) AS name,
    if(found.source = 'link' AND registered.6, 'qr', toString(found.source)) AS source,
    toString(found.source_name) AS source_name,
    found.ref AS ref,
    found.ad_id AS ad_id,
    found.ad_title AS ad_title,
    toInt64(toDecimal128(found.value, 4) * 10000) AS value_e4,
    toString(found.currency) AS currency,
    registered.2 AS link,
    registered.3 AS campaign,
    registered.4 AS medium,
    registered.5 AS owner
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
            WHERE ({person:String} = '' OR (page_id = {page:String} AND person_id = {person:String}))
                AND events.time >= fromUnixTimestamp64Milli({from:Int64})
                AND events.time < fromUnixTimestamp64Milli({to:Int64})
                AND person_id != ''
                AND kind IN ('message', 'postback', 'referral', 'opt_in', 'conversion')
        )
    ORDER BY version DESC
    LIMIT 1 BY event_id
) AS found
LEFT JOIN known ON known.ref = replaceRegexpOne(found.ref, '-mfc[0-9a-f]{20}$', '')
ORDER BY found.page_id, found.person_id, found.time, found.place, found.event_id
