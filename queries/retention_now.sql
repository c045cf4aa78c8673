-- After how many days rows of a table go, and the events' own JSON.
-- Parameters: table.
-- Columns: days of its rows, of its column raw; 0: never.
SELECT
    toUInt32OrZero(extract(engine_full, ' TTL .*toIntervalDay\\D*(\\d+)')) AS days,
    toUInt32OrZero(extract(create_table_query, '`raw` String [^`]* TTL [^`]*toIntervalDay\\D*(\\d+)')) AS raw_days
FROM system.tables
WHERE database = currentDatabase() AND name = {table:String}
