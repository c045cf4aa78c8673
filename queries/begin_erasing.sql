-- Notes whom the deletions that follow are about: a person, and the names that plugins had for them.
-- Parameters: whole (the database in which tables are those of all shards), page, person.
INSERT INTO erasing
SELECT {page:String} AS page_id, {person:String} AS person_id
UNION ALL
SELECT page_id, alias FROM {whole:Identifier}.aliases FINAL WHERE page_id = {page:String} AND person_id = {person:String}
