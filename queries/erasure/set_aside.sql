-- Parts of some tables that were set aside, by ClickHouse or by somebody's hand: their rows are in no figure and still on
-- disk. Parameters: database, tables. Columns: table, name, is_by_hand.
SELECT DISTINCT table, name, ifNull(reason, '') = '' AS is_by_hand
FROM system.detached_parts
WHERE database = {database:String} AND table IN {tables:Array(String)}
ORDER BY table, name
