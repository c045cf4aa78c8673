//! Who takes part, set how, and what that is documented to outlive.

use anyhow::Result;

use crate::backlog::{self, Emptied};
use crate::disk;
use crate::fjall_store::Fjall;
use crate::group::Group;
use crate::load::{self, Round};
use crate::ours::Ours;
use crate::plan::Plan;
use crate::redb_store::Redb;
use crate::sqlite::Sqlite;

pub struct Contender {
    pub name: &'static str,
    /// The package whose version `Cargo.lock` knows.
    pub package: Option<&'static str>,
    pub settings: &'static str,
    pub guarantee: &'static str,
    pub round: fn(&Plan) -> Result<Round>,
    /// `None` for the bare disk, which keeps no records.
    pub empty: Option<fn(&Plan) -> Result<Emptied>>,
}

/// The journal first: the others are compared with it.
pub const CONTENDERS: [Contender; 7] = [
    Contender {
        name: "own journal",
        package: None,
        settings: "as it is",
        guarantee: "`append` returns after `fdatasync`; a torn tail fails its CRC-32, is skipped, \
                    and was never acknowledged (`src/journal/mod.rs`)",
        round: load::round::<Ours>,
        empty: Some(backlog::empty::<Ours>),
    },
    Contender {
        name: "SQLite",
        package: Some("rusqlite"),
        settings: concat!(
            "bundled, built with `",
            env!("LIBSQLITE3_FLAGS", "build in the folder whose .cargo/config.toml sets it"),
            "`; `journal_mode=WAL`, `synchronous=FULL`"
        ),
        guarantee: "with FULL in WAL mode the WAL is synced after each commit, so that transactions \
                    are durable across a power loss \
                    (<https://www.sqlite.org/pragma.html#pragma_synchronous>)",
        round: load::round::<Group<Sqlite>>,
        empty: Some(backlog::empty::<Group<Sqlite>>),
    },
    Contender {
        name: "fjall",
        package: Some("fjall"),
        settings: "a batch with `PersistMode::SyncData`",
        guarantee: "a batch is atomic, and its journal is flushed by `fdatasync` before `commit` \
                    returns (<https://docs.rs/fjall/latest/fjall/enum.PersistMode.html>)",
        round: load::round::<Group<Fjall>>,
        empty: Some(backlog::empty::<Group<Fjall>>),
    },
    Contender {
        name: "redb",
        package: Some("redb"),
        settings: "`Durability::Immediate`, one-phase commit",
        guarantee: "persistent as soon as `commit` returns \
                    (<https://docs.rs/redb/latest/redb/enum.Durability.html>); after a crash the \
                    next opening walks the whole file, unless `set_quick_repair` is paid for at \
                    each commit",
        round: load::round::<Group<Redb>>,
        empty: Some(backlog::empty::<Group<Redb>>),
    },
    Contender {
        name: "disk, appending",
        package: None,
        settings: "`pwrite` and `fdatasync` of the journal's mean batch, behind the file's end",
        guarantee: "no store, but a bound; its latency is that of a sync",
        round: disk::appending,
        empty: None,
    },
    Contender {
        name: "disk, allocated",
        package: None,
        settings: "the same, into room that `fallocate` promised, 64 MiB at a time",
        guarantee: "as above",
        round: disk::allocated,
        empty: None,
    },
    Contender {
        name: "disk, overwriting",
        package: None,
        settings: "the same, over bytes already on disk",
        guarantee: "as above",
        round: disk::overwriting,
        empty: None,
    },
];
