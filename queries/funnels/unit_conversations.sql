-- Conversations that were opened in a range, and, if asked for, each person's last one before it; in the order of
-- people's hashes and of time.
-- conversations stands for the view v_conversations, or, if nothing is asked for that links or ads tell, for their table;
-- before for unit_conversations_before, or for nothing.
-- Parameters: from, until (milliseconds; until is exclusive).
-- Columns: person_high, person_low (the hash of page_id and person_id, as in event_sequences), opened_at (ms), page_id,
-- channel, country, source, ref, ad_id, referer, link, campaign, ad_set, medium, owner. Lines of those that nobody asks
-- for are left out.
SELECT
    toUInt64(bitShiftRight(found.person, 64)) AS person_high,
    toUInt64(bitAnd(found.person, toUInt128(18446744073709551615))) AS person_low,
    toUnixTimestamp64Milli(found.opened_at) AS opened_at,
    toString(found.page_id) AS page_id,
    toString(found.channel) AS channel,
    toString(found.country) AS country,
    found.ref AS ref,
    toString(found.ad_id) AS ad_id,
    toString(found.referer) AS referer,
    found.link AS link,
    found.campaign AS campaign,
    found.ad_set AS ad_set,
    found.medium AS medium,
    found.owner AS owner,
    found.source AS source
FROM
(
    SELECT reinterpretAsUInt128(sipHash128(page_id, person_id)) AS person, *
    FROM <<conversations>>
    WHERE opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND opened_at < fromUnixTimestamp64Milli({until:Int64})<<before>>
) AS found
ORDER BY found.person, found.opened_at
