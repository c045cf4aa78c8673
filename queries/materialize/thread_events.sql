-- The events that decide some people's conversations; each event once, in order: page, person, then time, what
-- explains before what is explained, place in the delivery, event id.
-- Recent events of all of them, and older ones only of those who have any: so that a person's return
-- after years does not have everybody's years looked through.
-- people stands for those people, older for those of whom events before the bound are read too: lists of (page, person)
-- as parameters, or the names of what thread_events_of_many defines, which stands for definitions then.
-- Parameters: bound, earliest (milliseconds: what is recent, and before which none of them has events), people and
-- older, or those of thread_events_of_many.
-- Whom a plugin knew by a reference of its own, and who has an id now, is one person: asked for one of their names,
-- events under the others are found too, and somebody asked for who is known as another has none.
-- Columns: page_id, person_id, time (ms), channel, kind, name, source, source_name, ref (of a comment:
-- its post), ad_id, ad_title, referer (host and path), ctwa_clid, app_id, persona_id, value_e4 (value in 1/10,000
-- of currency; null if none), currency, event_id (of a conversion; empty of others).
WITH
    <<definitions>>
    known_as AS
    (
        SELECT page_id, alias, person_id
        -- A name that was told to be another's before leads to the latest one. Only of a few names: else all would be merged.
        FROM aliases FINAL
        WHERE (page_id, alias) IN
        (
            SELECT page_id, alias
            FROM aliases
            WHERE (page_id, person_id) IN <<people>> OR (page_id, alias) IN <<people>>
        )
    ),
    found AS
    (
        SELECT
            event_id, page_id, person_id, time, place, channel, kind, name, source, source_name, ref,
            ad_id, ad_title, post_id, referer_uri, ctwa_clid, app_id, persona_id, value, currency
        FROM events_by_person
        WHERE time >= fromUnixTimestamp64Milli({earliest:Int64})
            AND (time >= fromUnixTimestamp64Milli({bound:Int64})
                    AND (page_id, person_id) IN <<people>>
                OR (page_id, person_id) IN <<older>>
                OR (page_id, person_id) IN (SELECT page_id, alias FROM known_as))
            AND (kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion')
                OR name = 'comment')
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
    ctwa_clid,
    toString(app_id) AS app_id,
    toString(persona_id) AS persona_id,
    toInt64(toDecimal128(value, 4) * 10000) AS value_e4,
    toString(currency) AS currency,
    if(kind = 'conversion', toString(found.event_id), '') AS event_id
FROM found
LEFT JOIN known_as ON known_as.page_id = found.page_id AND known_as.alias = found.person_id
-- Of somebody who is known as another nothing is left.
WHERE (found.page_id, if(known_as.person_id = '', found.person_id, known_as.person_id))
    IN <<people>>
    -- A conversion that was taken back has no name, an echo that never arrived is called failed.
    AND NOT (found.kind = 'conversion' AND found.name = '')
    AND NOT (found.kind = 'echo' AND found.name = 'failed')
ORDER BY
    found.page_id, if(known_as.person_id = '', found.person_id, known_as.person_id), found.time, found.place,
    found.event_id
-- On a cluster each shard asks for itself whom it is about: subqueries that are used twice cannot be sent to it.
SETTINGS distributed_product_mode = 'allow'
