-- By what a table is sorted. Parameters: database, table.
SELECT any(sorting_key) FROM system.tables WHERE database = {database:String} AND name = {table:String}
