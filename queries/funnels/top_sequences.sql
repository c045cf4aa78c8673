-- What people and business do one after the other, most frequent first: the first events of everyone who
-- opened a conversation in a range, equal ones in a row once.
-- Parameters: from, to (milliseconds; to is exclusive), until (milliseconds: events behind it do not
-- count), length (events of a sequence at most), limit.
-- Columns: sequence (entry point, then kinds, joined by " > "; a conversion by its name), people.
WITH known AS (SELECT page_id, alias, person_id FROM aliases FINAL)
SELECT sequence, count() AS people
FROM
(
    SELECT
        page_id,
        person_id,
        arrayStringConcat(
            arrayConcat([any(door)], arraySlice(arrayCompact(groupArray(what)), 1, {length:UInt32})),
            ' > ') AS sequence
    FROM
    (
        SELECT
            found.page_id AS page_id,
            found.person_id AS person_id,
            toString(firsts.source) AS door,
            if(found.kind = 'conversion', toString(found.name), toString(found.kind)) AS what
        FROM
        (
            -- Under whichever of the person's names it stands.
            SELECT
                told.event_id AS event_id, told.page_id AS page_id,
                if(known.person_id = '', told.person_id, known.person_id) AS person_id,
                told.time AS time, told.place AS place, told.kind AS kind, told.name AS name
            FROM
            (
                SELECT event_id, page_id, person_id, time, place, kind, name
                FROM events_by_person
                WHERE time >= fromUnixTimestamp64Milli({from:Int64})
                    AND time < fromUnixTimestamp64Milli({until:Int64})
                    AND kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion')
                ORDER BY version DESC
                LIMIT 1 BY event_id
            ) AS told
            LEFT JOIN known ON known.page_id = told.page_id AND known.alias = told.person_id
        ) AS found
        INNER JOIN
        (
            SELECT page_id, person_id, opened_at, source
            FROM conversations FINAL
            WHERE conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
                AND conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
            ORDER BY opened_at
            LIMIT 1 BY page_id, person_id
        ) AS firsts ON firsts.page_id = found.page_id AND firsts.person_id = found.person_id
        WHERE found.time >= firsts.opened_at
            -- An echo that never arrived is called failed.
            AND NOT (found.kind = 'echo' AND found.name = 'failed')
        ORDER BY found.page_id, found.person_id, found.time, found.place, found.event_id
    )
    GROUP BY page_id, person_id
)
GROUP BY sequence
ORDER BY people DESC, sequence
LIMIT {limit:UInt64}
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
