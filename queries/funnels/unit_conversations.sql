-- Conversations that were opened in a range, and, if asked for, each person's last one before it; in no order,
-- as putting wide rows in order takes three times as long as finding them.
-- stored_source stands for the file of that name, before for unit_conversations_before, or for nothing.
-- Parameters: from, until (milliseconds; until is exclusive).
-- Columns: person_high, person_low (the hash of page_id and person_id, as in event_sequences), opened_at (ms), page_id,
-- channel, country, source (see stored_source), ref, clicked (the link of its click), ad_id, referer. Lines of those that
-- nobody asks for are left out.
SELECT
    toUInt64(bitShiftRight(found.person, 64)) AS person_high,
    toUInt64(bitAnd(found.person, toUInt128(18446744073709551615))) AS person_low,
    toUnixTimestamp64Milli(found.opened_at) AS opened_at,
    toString(found.page_id) AS page_id,
    toString(found.channel) AS channel,
    toString(found.country) AS country,
    toString(found.stored) AS source,
    found.ref AS ref,
    toString(found.clicked) AS clicked,
    toString(found.ad_id) AS ad_id,
    toString(found.referer) AS referer
FROM
(
    SELECT
        reinterpretAsUInt128(sipHash128(made.page_id, made.person_id)) AS person,
        <<stored_source>> AS stored,
        made.*
    FROM conversations AS made FINAL
    WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND made.opened_at < fromUnixTimestamp64Milli({until:Int64})<<before>>
) AS found
SETTINGS do_not_merge_across_partitions_select_final = 1
