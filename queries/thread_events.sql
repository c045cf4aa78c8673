-- The events that decide conversations, of every person who acted in a range; each event once, in
-- order: page, person, then time, place in the delivery, event id.
-- Whole histories up to the end of the funnel window, because a conversation's start depends on
-- what the person did before the range, and its stages on what followed.
-- Parameters: from, to (milliseconds; to is exclusive), until (milliseconds: the range's end plus
-- the funnel window), page and person (empty, or the only person).
-- Columns: page_id, person_id, time (ms), kind, name, source, source_name, ref, ad_id, ad_title,
-- value_e4 (value in 1/10,000 of currency; null if none), currency; and of the registered link that
-- it came by (by its tracked click, else by its ref: one of the Page before one of any, one in use
-- before an archived one): link (slug), campaign, medium, owner. A link that is printed has the source
-- qr. The campaign is the link's, else that of the ad as its spend names it.
WITH
    latest AS (SELECT * FROM links ORDER BY version DESC LIMIT 1 BY slug),
    -- By every ref that a link has had: what was printed stays printed.
    known AS
    (
        SELECT
            past.ref AS ref,
            arraySort(each -> (each.1 = '', each.2, each.3), groupUniqArray(
                (now.page_id, now.is_archived, now.slug))) AS candidates
        FROM (SELECT DISTINCT slug, ref FROM links WHERE ref != '') AS past
        INNER JOIN latest AS now ON now.slug = past.slug
        GROUP BY past.ref
    ),
    found AS
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
    ),
    resolved AS
    (
        SELECT
            found.event_id AS event_id,
            found.page_id AS page_id,
            found.person_id AS person_id,
            found.time AS time,
            found.place AS place,
            found.kind AS kind,
            found.name AS name,
            found.source AS source,
            found.source_name AS source_name,
            found.ref AS ref,
            found.ad_id AS ad_id,
            found.ad_title AS ad_title,
            found.value AS value,
            found.currency AS currency,
            arrayFirst(each -> each.1 IN (found.page_id, ''), known.candidates).3 AS by_ref,
            -- A tracked click names its link; else the ref does, if it came by a link or a code.
            multiIf(
                visited.slug != '', visited.slug,
                found.source IN ('link', 'qr'), by_ref,
                '') AS by_link
        FROM found
        LEFT JOIN known ON known.ref = replaceRegexpOne(found.ref, '-mfc[0-9a-f]{20}$', '')
        LEFT ANY JOIN
        (
            SELECT visit_id, toString(slug) AS slug FROM link_visits WHERE visitor = 'person'
        ) AS visited ON visited.visit_id = extract(found.ref, '-mfc([0-9a-f]{20})$')
    )
SELECT
    toString(resolved.page_id) AS page_id,
    resolved.person_id AS person_id,
    toUnixTimestamp64Milli(resolved.time) AS time,
    toString(resolved.kind) AS kind,
    toString(resolved.name) AS name,
    if(resolved.source = 'link' AND latest.is_printed, 'qr', toString(resolved.source)) AS source,
    toString(resolved.source_name) AS source_name,
    resolved.ref AS ref,
    resolved.ad_id AS ad_id,
    resolved.ad_title AS ad_title,
    toInt64(toDecimal128(resolved.value, 4) * 10000) AS value_e4,
    toString(resolved.currency) AS currency,
    resolved.by_link AS link,
    if(latest.campaign != '', latest.campaign, paid.campaign_name) AS campaign,
    latest.medium AS medium,
    latest.owner AS owner
FROM resolved
LEFT ANY JOIN latest ON latest.slug = resolved.by_link
LEFT ANY JOIN
(
    SELECT ad_id, argMax(campaign_name, (date, version)) AS campaign_name FROM spend GROUP BY ad_id
) AS paid ON paid.ad_id = resolved.ad_id
ORDER BY resolved.page_id, resolved.person_id, resolved.time, resolved.place, resolved.event_id
