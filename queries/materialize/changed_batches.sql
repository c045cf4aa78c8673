-- Blocks of changed people that are not worked off, oldest first.
-- Parameters: batches_table.
-- Columns: batch, people, pending (how often it is to be worked off: more than once if two blocks have one number).
SELECT batch, people, sum(changed.pending) AS pending
FROM {batches_table:Identifier} AS changed
GROUP BY batch, people
HAVING sum(changed.pending) > 0
ORDER BY batch, people
