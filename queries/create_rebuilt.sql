-- A second, empty table of the same form. Parameter: rebuilt (table). LIKE_TABLE stands for the
-- first one's name: ClickHouse takes no parameter there.
CREATE OR REPLACE TABLE {rebuilt:Identifier} AS LIKE_TABLE
