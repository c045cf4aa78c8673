-- Everybody who has conversions gets them made again, with their events; 20,000 people at once.
INSERT INTO changed_people (batch, page_id, person_id, since)
SELECT
    1000000 + intDiv(row_number() OVER (ORDER BY page_id, person_id), 20000) AS batch,
    page_id, person_id, since
FROM
(
    SELECT
        found.page_id AS page_id,
        if(aliases.person_id = '', found.person_id, aliases.person_id) AS person_id,
        min(found.time) AS since
    FROM events_by_person AS found
    LEFT ANY JOIN aliases ON aliases.page_id = found.page_id AND aliases.alias = found.person_id
    WHERE found.person_id != '' AND found.kind = 'conversion'
    GROUP BY page_id, person_id
)
