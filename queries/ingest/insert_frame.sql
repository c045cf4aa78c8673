-- Rows as an Arrow stream, columns by their names; those that are not there get their defaults.
-- Parameters: table.
INSERT INTO {table:Identifier} FORMAT ArrowStream
