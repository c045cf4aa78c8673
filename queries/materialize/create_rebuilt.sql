-- A second, empty table of the same form. Parameter: rebuilt (table). table stands for the
-- first one's name: ClickHouse takes no parameter there.
CREATE TABLE IF NOT EXISTS {rebuilt:Identifier} AS <<table>>
