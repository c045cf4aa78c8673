-- What people and business do one after the other, most frequent first: the first events of everyone who
-- opened a conversation in a range, equal ones in a row once.
-- sequences_whole stands for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive), until (milliseconds: events behind it do not
-- count), from_month, to_month (dates of the events; to_month is exclusive), length (events of a sequence at most), limit.
-- Columns: sequence (entry point, then kinds, joined by " > "; a conversion by its name), people.
WITH
    (
        -- Without any class transform would have nothing to look for.
        SELECT (arrayPushBack(groupArray(class), 0), arrayPushBack(groupArray(what), ''))
        FROM
        (
            SELECT class, any(if(kind = 'conversion', toString(name), toString(kind))) AS what
            FROM event_classes
            WHERE month >= {from_month:Date} AND month < {to_month:Date}
                AND kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion')
            GROUP BY class
        )
    ) AS known
SELECT arrayStringConcat(arrayConcat([door], arraySlice(arrayCompact(since), 1, {length:UInt32})), ' > ') AS sequence,
    count() AS people
FROM
(
    SELECT
        toString(firsts.source) AS door,
        arrayMap(event -> event.3, arrayFilter(event -> event.1 >= firsts.opened, told.events)) AS since
    FROM
    (
        SELECT page_id, person_id, arraySort(groupArray((time, place, what))) AS events
        FROM
        (
            SELECT page_id, person_id, time, place, transform(class, known.1, known.2, '') AS what
            FROM
            (
                SELECT page_id, person_id, toUnixTimestamp(month, 'UTC') * 1000 AS begin, times, classes
                FROM sequences FINAL
                WHERE month >= {from_month:Date} AND month < {to_month:Date}
            )
            ARRAY JOIN
                arrayMap(since -> toInt64(begin + since), times) AS time,
                classes AS class,
                arrayEnumerate(times) AS place
            WHERE time >= {from:Int64} AND time < {until:Int64} AND what != ''
        )
        GROUP BY page_id, person_id
    ) AS told
    INNER JOIN
    (
        SELECT page_id, person_id, toUnixTimestamp64Milli(opened_at) AS opened, source
        FROM conversations FINAL
        WHERE conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
            AND conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
        ORDER BY opened_at
        LIMIT 1 BY page_id, person_id
    ) AS firsts ON firsts.page_id = told.page_id AND firsts.person_id = told.person_id
    WHERE <<sequences_whole>>
)
GROUP BY sequence
ORDER BY people DESC, sequence
LIMIT {limit:UInt64}
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
