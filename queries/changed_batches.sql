-- Batches of changed people that are not worked off, oldest first.
-- Parameters: changed (table). Columns: batch, people.
SELECT batch, uniqExact(page_id, person_id) AS people
FROM
(
    SELECT batch, page_id, person_id
    FROM {changed:Identifier}
    GROUP BY batch, page_id, person_id, since
    HAVING sum(pending) > 0
)
GROUP BY batch
ORDER BY batch
LIMIT 1000
