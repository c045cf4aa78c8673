-- A number that is another one as soon as anything that is stored changes: every insert, deletion, mutation and merge
-- makes parts of other names.
-- Parameters: database.
-- Columns: watermark.
SELECT sum(cityHash64(table, name)) AS watermark
FROM system.parts
WHERE active AND database = {database:String}
