-- Puts a rebuilt table into the place of the one that was read. Parameters: rebuilt, live (tables).
EXCHANGE TABLES {rebuilt:Identifier} AND {live:Identifier}
