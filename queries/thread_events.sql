-- The events that decide the conversations of everyone in some batches of changed people; each event
-- once, in order: page, person, then time, what explains before what is explained, place in the delivery, event id.
-- Recent events of all of them, and older ones only of those who have any: so that a person's return
-- after years does not have everybody's years looked through.
-- Parameters: changed, people (tables), batches, bound (milliseconds: what is recent).
-- Whom a plugin knew by a reference of its own, and who has an id now, is one person.
-- Columns: page_id, person_id, time (ms), channel, kind, name, source, source_name, ref (of a comment:
-- its post), ad_id, ad_title, referer (host and path), app_id, persona_id, value_e4 (value in 1/10,000
-- of currency; null if none), currency, event_id (of a conversion; empty of others).
WITH
    changed AS
    (
        SELECT page_id, person_id FROM {changed:Identifier} WHERE batch IN {batches:Array(UInt64)}
        UNION DISTINCT
        SELECT page_id, person_id
        FROM aliases
        WHERE (page_id, alias) IN
        (
            SELECT page_id, person_id FROM {changed:Identifier} WHERE batch IN {batches:Array(UInt64)}
        )
    ),
    -- Their events under a plugin's reference.
    known_as AS
    (
        SELECT page_id, alias, person_id
        FROM aliases
        WHERE (page_id, person_id) IN changed OR (page_id, alias) IN changed
        LIMIT 1 BY page_id, alias
    ),
    read AS
    (
        SELECT page_id, person_id FROM changed
        UNION DISTINCT
        SELECT page_id, alias FROM known_as
    ),
    found AS
    (
        SELECT
            event_id, page_id, person_id, time, place, channel, kind, name, source, source_name, ref,
            ad_id, ad_title, post_id, referer_uri, app_id, persona_id, value, currency
        FROM
        (
            SELECT *
            FROM events_by_person
            WHERE (page_id, person_id) IN read
                AND time >= fromUnixTimestamp64Milli({bound:Int64})
            UNION ALL
            SELECT *
            FROM events_by_person
            WHERE time < fromUnixTimestamp64Milli({bound:Int64})
                AND (page_id, person_id) IN
                (
                    SELECT page_id, person_id
                    FROM {people:Identifier}
                    WHERE (page_id, person_id) IN changed AND first_event < {bound:Int64}
                    UNION ALL
                    SELECT page_id, person_id
                    FROM {changed:Identifier}
                    WHERE batch IN {batches:Array(UInt64)}
                        AND since < fromUnixTimestamp64Milli({bound:Int64})
                    UNION ALL
                    SELECT page_id, alias FROM known_as
                )
        )
        WHERE kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion')
            OR name = 'comment'
        ORDER BY version DESC
        LIMIT 1 BY event_id
    )
SELECT
    toString(found.page_id) AS page_id,
    if(known_as.person_id = '', found.person_id, known_as.person_id) AS person_id,
    toUnixTimestamp64Milli(found.time) AS time,
    toString(channel) AS channel,
    toString(kind) AS kind,
    toString(name) AS name,
    toString(source) AS source,
    toString(source_name) AS source_name,
    if(source = 'comment' AND post_id != '', post_id, ref) AS ref,
    ad_id,
    ad_title,
    if(domain(referer_uri) = '', referer_uri, concat(domain(referer_uri), path(referer_uri))) AS referer,
    toString(app_id) AS app_id,
    toString(persona_id) AS persona_id,
    toInt64(toDecimal128(value, 4) * 10000) AS value_e4,
    toString(currency) AS currency,
    if(kind = 'conversion', toString(found.event_id), '') AS event_id
FROM found
LEFT JOIN known_as ON known_as.page_id = found.page_id AND known_as.alias = found.person_id
-- Of somebody who is known as another nothing is left; the other may be due in another batch.
WHERE (found.page_id, if(known_as.person_id = '', found.person_id, known_as.person_id)) IN changed
    -- A conversion that was taken back has no name, an echo that never arrived is called failed.
    AND NOT (found.kind = 'conversion' AND found.name = '')
    AND NOT (found.kind = 'echo' AND found.name = 'failed')
ORDER BY
    found.page_id, if(known_as.person_id = '', found.person_id, known_as.person_id), found.time, found.place,
    found.event_id
-- On a cluster each shard asks for itself whom it is about: subqueries that are used twice cannot be sent to it.
SETTINGS distributed_product_mode = 'allow'
