-- From now on a table's rows stay.
-- Parameters: table.
ALTER TABLE {table:Identifier} REMOVE TTL
