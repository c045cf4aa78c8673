//! ClickHouse as a cluster: two engines on loopback, a shard each.

mod figures;
mod killed;
mod nodes;
mod statements;
mod stored_events;
