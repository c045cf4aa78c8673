-- Conversations that were opened in a range, and, if asked for, each person's last one before it; in the
-- order of people and time.
-- Parameters: from, until (milliseconds; until is exclusive), with_before.
-- Columns: page_id, person_id, opened_at (ms), channel, country, source, ref, ad_id, referer, link, campaign,
-- ad_set, medium, owner. Lines of those that nobody asks for are left out.
SELECT
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(found.opened_at) AS opened_at,
    toString(channel) AS channel,
    toString(country) AS country,
    ref,
    toString(ad_id) AS ad_id,
    toString(referer) AS referer,
    link,
    campaign,
    ad_set,
    medium,
    owner,
    source
FROM
(
    SELECT page_id, person_id, opened_at, channel, country, source, ref, ad_id, referer, link, campaign, ad_set,
        medium, owner
    FROM v_conversations
    WHERE v_conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND v_conversations.opened_at < fromUnixTimestamp64Milli({until:Int64})
    UNION ALL
    SELECT page_id, person_id, opened_at, channel, country, source, ref, ad_id, referer, link, campaign, ad_set,
        medium, owner
    FROM v_conversations
    WHERE {with_before:Bool} AND v_conversations.opened_at < fromUnixTimestamp64Milli({from:Int64})
    ORDER BY opened_at DESC
    LIMIT 1 BY page_id, person_id
) AS found
ORDER BY page_id, person_id, opened_at
