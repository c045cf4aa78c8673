-- A table that reads and writes the tables of this name on all shards. cluster, home (database of those tables), table
-- and key (what deals rows out) stand for what ClickHouse takes no parameter for. Parameters: whole (database), table.
CREATE OR REPLACE TABLE {whole:Identifier}.{table:Identifier}
AS <<home>>.<<table>>
ENGINE = Distributed('<<cluster>>', '<<home>>', '<<table>>', <<key>>)
