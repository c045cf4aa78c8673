//! What can go wrong, and how often it did.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A fault, as the table names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A statement takes half a second to twenty.
    Slow,
    /// A statement is refused: too much to do, no memory, too many parts.
    Refused,
    /// It is carried out, and the connection breaks before the answer.
    AppliedUnanswered,
    /// It is carried out, and no answer ever comes.
    AppliedTimedOut,
    /// The connection breaks, and nothing was done.
    LostUnanswered,
    /// The connection breaks, and it is carried out seconds later.
    AppliedLate,
    /// Of an insert into several months one is done, then it is refused.
    AppliedInPart,
    /// It is carried out twice.
    AppliedTwice,
    /// ClickHouse's process ends and is started again.
    EngineKilled,
    /// The power of ClickHouse's machine is cut: what was not synced is lost in part.
    EngineCut,
    /// Blocks that were lost by that.
    BlocksLost,
    /// A machine does not reach ClickHouse.
    NetworkCut,
    /// ClickHouse forgets which blocks it has had.
    BlocksForgotten,
    /// A process of ours is killed.
    Killed,
    /// The power of our machine is cut.
    Cut,
    /// A process of ours is told to stop, and started again.
    Stopped,
    /// The journal's disk refuses a write or fails a sync, and the body is not taken.
    DiskRefused,
    /// A clock is put forward or back by up to two hours.
    ClockJumped,
    /// Meta delivers a body again that was acknowledged.
    Repeated,
    /// Meta hangs up before the answer.
    HungUp,
    /// Meta has to deliver a body again because it was not taken.
    Refilled,
    /// Meta refuses conversions for a while.
    GraphRefused,
    /// Meta takes conversions, and the answer is lost.
    GraphUnanswered,
    /// The chat takes a message, and the answer is lost.
    ChatUnanswered,
    /// The chat refuses a message.
    ChatRefused,
}

/// How often what happens: cheap to clone, and counted over all clones.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Faults in a thousand statements.
    rate: Arc<AtomicU64>,
    counted: Arc<Mutex<BTreeMap<Fault, u64>>>,
}

impl Faults {
    pub fn with_rate(rate: u64) -> Self {
        let faults = Self::default();
        faults.set_rate(rate);
        faults
    }

    pub fn set_rate(&self, rate: u64) {
        self.rate.store(rate, Ordering::Relaxed);
    }

    pub fn rate(&self) -> u64 {
        self.rate.load(Ordering::Relaxed)
    }

    pub fn count(&self, fault: Fault) {
        self.count_many(fault, 1);
    }

    pub fn count_many(&self, fault: Fault, many: u64) {
        *self.counted.lock().unwrap().entry(fault).or_default() += many;
    }

    pub fn counted(&self) -> BTreeMap<Fault, u64> {
        self.counted.lock().unwrap().clone()
    }
}
