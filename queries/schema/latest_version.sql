-- The highest version in a table of edits, removed ones too: 0 if it is empty.
-- Parameters: table.
-- Columns: version.
SELECT max(version) AS version FROM {table:Identifier}
