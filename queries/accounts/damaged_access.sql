-- Parts of the tables of users and tokens that could not be read when they were loaded, and were set aside.
-- Parameters: database. Columns: how many.
SELECT count()
FROM system.detached_parts
WHERE database = {database:String} AND table IN ('users', 'api_tokens') AND startsWith(ifNull(reason, ''), 'broken')
