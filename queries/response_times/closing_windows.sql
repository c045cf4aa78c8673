-- Conversations whose messaging window ends in a range: a time after the person's last act, or, if
-- that is later, a longer time after their first message where they entered through certain sources.
-- stored_source and shown_source stand for the files of these names.
-- Parameters: from, to (milliseconds; to is exclusive), hours (the usual window), channels and channel_hours (the same
-- of each channel), sources and source_hours (the longer ones, by channel and source with a blank between), free_hours
-- (after an answer within a day to who came to WhatsApp by an ad), unanswered (only those that wait for an answer),
-- descending, limit.
-- Columns: total (how many there are in all), waiting (how many of those wait), page_id, person_id, channel,
-- source, opened_at, waiting_since (null if answered), last_act_at, closes_at, free_until (ms; null if messages are not
-- free).
SELECT
    count() OVER () AS total,
    countIf(isNotNull(waiting_since)) OVER () AS waiting,
    page_id,
    person_id,
    channel,
    source,
    opened_at,
    waiting_since,
    last_act_at,
    closes_at,
    free_until
FROM
(
    SELECT
        page_id,
        person_id,
        channel,
        <<shown_source>> AS source,
        toUnixTimestamp64Milli(counted.opened) AS opened_at,
        toUnixTimestamp64Milli(counted.waiting) AS waiting_since,
        toUnixTimestamp64Milli(counted.last_act) AS last_act_at,
        greatest(
            toUnixTimestamp64Milli(counted.last_act)
                + transform(channel, {channels:Array(String)}, {channel_hours:Array(Int64)}, {hours:Int64}) * 3600000,
            assumeNotNull(ifNull(toUnixTimestamp64Milli(counted.messaged), 0))
                + transform(concat(channel, ' ', source), {sources:Array(String)}, {source_hours:Array(Int64)},
                    toInt64(0)) * 3600000
        ) AS closes_at,
        if({free_hours:Int64} > 0 AND channel = 'whatsapp' AND source = 'ad'
                AND counted.answered <= counted.messaged + INTERVAL 1 DAY,
            toUnixTimestamp64Milli(counted.answered) + {free_hours:Int64} * 3600000, NULL) AS free_until
    FROM
    (
        SELECT
            toString(made.page_id) AS page_id,
            made.person_id AS person_id,
            toString(made.channel) AS channel,
            toString(<<stored_source>>) AS source,
            if(made.clicked != '', toString(made.clicked),
                arrayFirst(each -> each.1 IN (made.page_id, ''), links_by_ref.candidates).3) AS link,
            made.opened_at AS opened,
            made.waiting_since AS waiting,
            made.last_act_at AS last_act,
            made.messaged_at AS messaged,
            made.answered_at AS answered
        FROM conversations AS made FINAL
        LEFT JOIN links_by_ref ON links_by_ref.ref = made.ref
        -- A window is a week at most (Meta, messenger-platform/policy), and begins with an act.
        WHERE made.last_act_at >= fromUnixTimestamp64Milli({from:Int64} - 31 * 86400000)
            AND made.last_act_at < fromUnixTimestamp64Milli({to:Int64})
            AND isNotNull(made.messaged_at)
    ) AS counted
    LEFT ANY JOIN links_now ON links_now.slug = counted.link
)
WHERE closes_at >= {from:Int64} AND closes_at < {to:Int64}
    AND (NOT {unanswered:Bool} OR isNotNull(waiting_since))
ORDER BY if({descending:Bool}, -closes_at, closes_at), page_id, person_id
LIMIT {limit:UInt64}
