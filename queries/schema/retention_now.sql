-- After how many days rows of tables go, and the events' own JSON.
-- Parameters: database, tables.
-- Columns: name, days of its rows, of its column raw; 0: never.
SELECT
    name,
    toUInt32OrZero(extract(engine_full, ' TTL .*toIntervalDay\\D*(\\d+)')) AS days,
    toUInt32OrZero(extract(create_table_query, '`raw` String [^`]* TTL [^`]*toIntervalDay\\D*(\\d+)')) AS raw_days
FROM system.tables
WHERE database = {database:String} AND name IN {tables:Array(String)}
