-- People who have written on WhatsApp, from one on, and the names that lead to them.
-- Parameters: page, person (the last one that is not wanted), rows.
-- Columns: page_id, person_id, names.
WITH people AS
(
    SELECT page_id, person_id
    FROM events_by_person
    WHERE channel = 'whatsapp' AND person_id != '' AND kind IN ('message', 'postback', 'referral', 'opt_in')
        AND (page_id > {page:String} OR page_id = {page:String} AND person_id > {person:String})
    GROUP BY page_id, person_id
    ORDER BY page_id, person_id
    LIMIT {rows:UInt64}
)
SELECT toString(people.page_id) AS page_id, people.person_id AS person_id, groupUniqArray(names.alias) AS names
FROM people
LEFT JOIN
(
    SELECT page_id, alias, person_id FROM aliases WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM people)
) AS names ON names.page_id = people.page_id AND names.person_id = people.person_id
GROUP BY page_id, person_id
ORDER BY page_id, person_id
