-- A second, empty table of the same form. Parameter: rebuilt (table). LIKE_TABLE stands for the
-- first one's name: ClickHouse takes no parameter there.
CREATE TABLE IF NOT EXISTS {rebuilt:Identifier} AS LIKE_TABLE
