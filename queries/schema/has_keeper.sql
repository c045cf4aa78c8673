-- Whether the server has a ClickHouse Keeper (or a ZooKeeper), by which replicas and statements for a whole cluster go.
SELECT count() > 0 FROM system.tables WHERE database = 'system' AND name = 'zookeeper'
