-- Everyone there is has conversations to be made, in the order of the events, 20,000 people at once.
-- Parameters: changed (table).
INSERT INTO {changed:Identifier} (batch, page_id, person_id, since)
SELECT
    intDiv(row_number() OVER (ORDER BY page_id, person_id), 20000) AS batch,
    page_id, person_id, since
FROM
(
    SELECT
        found.page_id AS page_id,
        if(aliases.person_id = '', found.person_id, aliases.person_id) AS person_id,
        min(found.time) AS since
    FROM events_by_person AS found
    LEFT ANY JOIN (SELECT page_id, alias, person_id FROM aliases FINAL) AS aliases ON         aliases.page_id = found.page_id AND aliases.alias = found.person_id
    WHERE found.person_id != ''
        AND found.kind NOT IN ('delivery', 'read')
    GROUP BY page_id, person_id
)
