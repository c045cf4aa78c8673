-- Everyone there is has conversations to be made, in the order of the events, 20,000 people at once.
INSERT INTO changed_people (batch, page_id, person_id, since)
SELECT
    intDiv(row_number() OVER (ORDER BY page_id, person_id), 20000) AS batch,
    page_id, person_id, since
FROM
(
    SELECT page_id, person_id, min(time) AS since
    FROM events_by_person
    WHERE person_id != ''
        AND (kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion')
            OR name = 'comment')
    GROUP BY page_id, person_id
)
