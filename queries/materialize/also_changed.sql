-- People who have changed in some blocks have changed for a second set of tables too.
-- Parameters: changed (table of the second set), batches.
INSERT INTO {changed:Identifier} (batch, page_id, person_id, since)
SELECT batch, page_id, person_id, since
FROM changed_people
WHERE batch IN {batches:Array(UInt64)}
