-- How fast, and how often, people who wrote were answered, in conversations opened in a range: over all,
-- by source, by hour, weekday and both of their first message, by the app and the persona that answered, and
-- by how long the answer took. stored_source and shown_source stand for the files of these names.
-- Parameters: from, to (milliseconds; to is exclusive), zone (of hours and weekdays).
-- Columns: dimension (all, source, hour, weekday, weekday_hour, app, persona, reply), value (weekday: 1 is Monday;
-- weekday_hour: both, as 1 09;
-- reply: a bucket), wrote (conversations with the stage messaged), answered, within_5m, within_1h,
-- within_24h (answered so soon), median_ms, p90_ms (of the time to the answer, over those answered,
-- between two values linearly: R's type 7; null if there is none), leads, purchases (stages reached).
SELECT
    part.1 AS dimension,
    part.2 AS value,
    sum(groups.wrote) AS wrote,
    sum(groups.answered) AS answered,
    sum(groups.within_5m) AS within_5m,
    sum(groups.within_1h) AS within_1h,
    sum(groups.within_24h) AS within_24h,
    if(answered = 0, NULL, quantilesExactInclusiveArray(0.5, 0.9)(groups.took)[1]) AS median_ms,
    if(answered = 0, NULL, quantilesExactInclusiveArray(0.5, 0.9)(groups.took)[2]) AS p90_ms,
    sum(groups.leads) AS leads,
    sum(groups.purchases) AS purchases
FROM
(
    SELECT
        counted.* EXCEPT (source, page_id, link_ref, clicked, hour, weekday, app, persona, reply),
        arrayConcat(
            [
                ('all', ''),
                ('source', <<shown_source>>),
                ('hour', leftPad(toString(counted.hour), 2, '0')),
                ('weekday', toString(counted.weekday)),
                ('weekday_hour', concat(toString(counted.weekday), ' ', leftPad(toString(counted.hour), 2, '0'))),
                ('reply', counted.reply)
            ],
            if(counted.answered = 0, [], [('app', counted.app), ('persona', counted.persona)])) AS parts
    FROM
    (
        SELECT
            told.source AS source,
            told.page_id AS page_id,
            told.link_ref AS link_ref,
            told.clicked AS clicked,
            told.hour AS hour,
            told.weekday AS weekday,
            told.app AS app,
            told.persona AS persona,
            told.reply AS reply,
            told.wrote AS wrote,
            told.answered AS answered,
            told.within_5m AS within_5m,
            told.within_1h AS within_1h,
            told.within_24h AS within_24h,
            told.leads AS leads,
            told.purchases AS purchases,
            told.took AS took,
            if(told.clicked != '', told.clicked,
                arrayFirst(each -> each.1 IN (told.page_id, ''), links_by_ref.candidates).3) AS link
        FROM
        (
            SELECT
                source, page_id, link_ref, clicked, hour, weekday, app, persona,
                multiIf(
                    NOT is_answered, '7 never',
                    waited <= 60000, '1 within a minute',
                    waited <= 300000, '2 within 5 minutes',
                    waited <= 900000, '3 within 15 minutes',
                    waited <= 3600000, '4 within an hour',
                    waited <= 86400000, '5 within a day',
                    '6 later') AS reply,
                count() AS wrote,
                countIf(is_answered) AS answered,
                countIf(is_answered AND waited <= 300000) AS within_5m,
                countIf(is_answered AND waited <= 3600000) AS within_1h,
                countIf(is_answered AND waited <= 86400000) AS within_24h,
                countIf(is_lead) AS leads,
                countIf(is_purchase) AS purchases,
                groupArrayIf(waited, is_answered) AS took
            FROM
            (
                SELECT
                    toString(<<stored_source>>) AS source,
                    source IN ('link', 'unnamed') AS is_link,
                    if(is_link, toString(made.page_id), '') AS page_id,
                    if(is_link, made.ref, '') AS link_ref,
                    if(is_link, toString(made.clicked), '') AS clicked,
                    toHour(assumeNotNull(made.messaged_at), {zone:String}) AS hour,
                    toDayOfWeek(assumeNotNull(made.messaged_at), 0, {zone:String}) AS weekday,
                    toString(made.answered_app) AS app,
                    toString(made.answered_persona) AS persona,
                    made.depth >= 2 AS is_answered,
                    made.depth >= 4 AS is_lead,
                    made.depth >= 5 AS is_purchase,
                    assumeNotNull(ifNull(toUnixTimestamp64Milli(made.answered_at)
                        - toUnixTimestamp64Milli(made.messaged_at), 0)) AS waited
                FROM conversations AS made FINAL
                WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
                    AND made.opened_at < fromUnixTimestamp64Milli({to:Int64})
                    AND made.depth >= 1
            )
            GROUP BY source, page_id, link_ref, clicked, hour, weekday, app, persona, reply
        ) AS told
        LEFT JOIN links_by_ref ON links_by_ref.ref = told.link_ref
    ) AS counted
    LEFT ANY JOIN links_now ON links_now.slug = counted.link
) AS groups
ARRAY JOIN groups.parts AS part
GROUP BY dimension, value
ORDER BY dimension, value
SETTINGS do_not_merge_across_partitions_select_final = 1
