-- People who have written on WhatsApp, from one on, and their other names.
-- Parameters: page, person (the last one that is not wanted), rows.
-- Columns: page_id, person_id, names.
WITH
    people AS
    (
        SELECT page_id, person_id
        FROM events_by_person
        WHERE channel = 'whatsapp' AND person_id != '' AND kind IN ('message', 'postback', 'referral', 'opt_in')
            AND (page_id > {page:String} OR page_id = {page:String} AND person_id > {person:String})
        GROUP BY page_id, person_id
        ORDER BY page_id, person_id
        LIMIT {rows:UInt64}
    ),
    shown AS
    (
        SELECT
            people.page_id AS page_id, people.person_id AS person_id,
            if(known.person_id = '', people.person_id, known.person_id) AS latest
        FROM people
        LEFT JOIN
        (
            SELECT page_id, alias, person_id
            FROM aliases FINAL
            WHERE (page_id, alias) IN (SELECT page_id, person_id FROM people)
        ) AS known ON known.page_id = people.page_id AND known.alias = people.person_id
    )
SELECT
    toString(shown.page_id) AS page_id, shown.person_id AS person_id,
    arrayConcat([any(latest)], groupUniqArray(names.alias)) AS names
FROM shown
LEFT JOIN
(
    SELECT page_id, alias, person_id FROM aliases FINAL WHERE (page_id, person_id) IN (SELECT page_id, latest FROM shown)
) AS names ON names.page_id = shown.page_id AND names.person_id = shown.latest
GROUP BY page_id, person_id
ORDER BY page_id, person_id
