-- Parameters: rebuilt (table).
DROP TABLE IF EXISTS {rebuilt:Identifier} SYNC
