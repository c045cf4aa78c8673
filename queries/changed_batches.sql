-- Blocks of changed people that are not worked off, oldest first.
-- Parameters: batches_table. Columns: batch, people.
SELECT batch, people
FROM {batches_table:Identifier}
GROUP BY batch, people
HAVING sum(pending) > 0
ORDER BY batch
LIMIT 1000
