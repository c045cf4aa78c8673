-- A table that reads and writes the tables of this name on all shards. CLUSTER, HOME (database of those tables), TABLE_NAME
-- and KEY (what deals rows out) stand for what ClickHouse takes no parameter for. Parameters: whole (database), table.
CREATE OR REPLACE TABLE {whole:Identifier}.{table:Identifier}
AS HOME.TABLE_NAME
ENGINE = Distributed('CLUSTER', 'HOME', 'TABLE_NAME', KEY)
