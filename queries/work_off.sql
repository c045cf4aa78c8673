-- Marks blocks of changed people as worked off: what was pending becomes nothing.
-- Parameters: batches_table, batches.
INSERT INTO {batches_table:Identifier} (batch, people, pending)
SELECT batch, people, -sum(pending)
FROM {batches_table:Identifier}
WHERE batch IN {batches:Array(UInt64)}
GROUP BY batch, people
HAVING sum(pending) != 0
