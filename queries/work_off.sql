-- Marks batches of changed people as worked off: what was pending becomes nothing.
-- Parameters: changed (table), batches.
INSERT INTO {changed:Identifier} (batch, page_id, person_id, since, pending)
SELECT batch, page_id, person_id, since, -sum(pending)
FROM {changed:Identifier}
WHERE batch IN {batches:Array(UInt64)}
GROUP BY batch, page_id, person_id, since
HAVING sum(pending) != 0
