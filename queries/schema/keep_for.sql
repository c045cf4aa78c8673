-- From now on a table's rows go so many days after the time in a column.
-- Parameters: table, column, days.
ALTER TABLE {table:Identifier} MODIFY TTL toDateTime({column:Identifier}) + toIntervalDay({days:UInt32})
