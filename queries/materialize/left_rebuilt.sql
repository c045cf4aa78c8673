-- Second sets of the tables that are made of events: of a rebuild that is under way, or that was cut off.
-- Parameters: databases. Columns: name.
SELECT DISTINCT name
FROM system.tables
WHERE database IN {databases:Array(String)}
    AND match(name, '^(conversations|touchpoints|conversions|(event_|)sequences|people|changed_people|changed_batches)_rebuilt(|_[0-9]+)$')
ORDER BY name
