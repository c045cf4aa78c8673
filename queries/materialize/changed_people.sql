-- Everyone in some batches of changed people, and what has been made of their events so far.
-- Somebody whom a plugin knew by a reference, and who has an id now, has changed with it.
-- Parameters: changed, people (tables), batches.
-- Columns: page_id, person_id, since (ms: the earliest event that is new), first_event (ms; null of a
-- person who is new), opened, touched, converted (ms), version.
SELECT
    toString(changed.page_id) AS page_id,
    changed.person_id AS person_id,
    changed.since AS since,
    if(known.version = 0, NULL, known.first_event) AS first_event,
    known.opened AS opened,
    known.touched AS touched,
    known.converted AS converted,
    known.version AS version
FROM
(
    SELECT page_id, person_id, toUnixTimestamp64Milli(min(since)) AS since
    FROM
    (
        SELECT page_id, person_id, since
        FROM {changed:Identifier}
        WHERE batch IN {batches:Array(UInt64)}
        UNION ALL
        SELECT aliases.page_id, aliases.person_id, also.since
        FROM {changed:Identifier} AS also
        INNER JOIN aliases ON aliases.page_id = also.page_id AND aliases.alias = also.person_id
        WHERE also.batch IN {batches:Array(UInt64)}
    )
    GROUP BY page_id, person_id
) AS changed
LEFT JOIN
(
    SELECT *
    FROM {people:Identifier}
    WHERE (page_id, person_id) IN
    (
        SELECT page_id, person_id FROM {changed:Identifier} WHERE batch IN {batches:Array(UInt64)}
        UNION ALL
        SELECT page_id, person_id
        FROM aliases
        WHERE (page_id, alias) IN
        (
            SELECT page_id, person_id FROM {changed:Identifier} WHERE batch IN {batches:Array(UInt64)}
        )
    )
    ORDER BY version DESC
    LIMIT 1 BY page_id, person_id
) AS known ON known.page_id = changed.page_id AND known.person_id = changed.person_id
ORDER BY changed.page_id, changed.person_id
-- On a cluster each shard asks for itself whom it is about: subqueries in subqueries cannot be sent to it.
SETTINGS distributed_product_mode = 'allow'
