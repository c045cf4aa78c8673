-- Takes away what reads the tables of all shards under a name that they have no more. Pieces: table.
DROP TABLE IF EXISTS <<table>>
