-- All rows of a table as they lie there, older versions too.
-- Parameters: table.
SELECT * FROM {table:Identifier}
