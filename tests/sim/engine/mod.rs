//! A ClickHouse that answers the statements of this way, in memory, and lies.
//!
//! What it must have in common with the real engine a test compares (`conformity`): the same statements on both,
//! the same tables after it. Each statement that is on its way takes effect at an instant of its own, and those of
//! one instant in an order of their own, so that nothing depends on which task of ours happens to run first.

pub mod arrow;
pub mod fate;
pub mod frames;
pub mod http;
pub mod questions;
pub mod schema;
pub mod statements;
pub mod table;
pub mod value;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::faults::{Fault, Faults};
use crate::time;
use fate::{Fate, Outcome};
use statements::Statement;
use table::{Manner, Tables};

/// The engine: cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Mutex<State>>);

struct State {
    seed: u64,
    tables: Tables,
    on_their_way: Vec<OnItsWay>,
    /// How often a statement has come already.
    seen: HashMap<u64, u64>,
    answers: HashMap<u64, Vec<u8>>,
    next: u64,
    faults: Faults,
    chance: Chance,
    /// Whether an insert is on disk when it is acknowledged.
    syncs: bool,
    is_up: bool,
    /// Who cannot reach it.
    cut_off: Vec<usize>,
    /// What its clock is ahead, milliseconds.
    ahead: i64,
    /// Everything is mended.
    calm: CancellationToken,
    /// Connections of an earlier generation are dead.
    generation: u64,
    trace: Vec<String>,
    asked: Vec<QueryParams>,
}

/// A statement that took effect, and when by the engine's clock.
#[derive(Debug, Clone)]
pub struct QueryParams {
    pub statement: Arc<Statement>,
    pub clock: i64,
    pub manner: Manner,
}

/// A statement that will take effect.
struct OnItsWay {
    due: i64,
    who: usize,
    content: u64,
    /// By which its answer is fetched; `None`: nobody waits for it.
    ticket: Option<u64>,
    statement: Arc<Statement>,
    partitions: usize,
}

/// Why no answer came.
pub enum NoAnswer {
    /// ClickHouse says no.
    Refused(&'static str),
    /// The connection broke.
    Broken,
}

impl Engine {
    pub fn new(seed: u64, faults: Faults, syncs: bool) -> Self {
        Self(Arc::new(Mutex::new(State {
            seed,
            tables: Tables::new(),
            on_their_way: Vec::new(),
            seen: HashMap::new(),
            answers: HashMap::new(),
            next: 0,
            faults,
            chance: Chance::new(seed, "engine"),
            syncs,
            is_up: true,
            cut_off: Vec::new(),
            ahead: 0,
            calm: CancellationToken::new(),
            generation: 0,
            trace: Vec::new(),
            asked: Vec::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Whether somebody can connect, and in which generation.
    pub fn connect(&self, who: usize) -> Option<u64> {
        let state = self.state();
        (state.is_up && !state.cut_off.contains(&who)).then_some(state.generation)
    }

    fn is_reached(&self, who: usize, generation: u64) -> bool {
        self.connect(who) == Some(generation)
    }

    /// Carries out a statement of somebody's, or seems to.
    pub async fn ask(
        &self,
        who: usize,
        generation: u64,
        statement: Statement,
    ) -> Result<Vec<u8>, NoAnswer> {
        if !self.is_reached(who, generation) {
            return Err(NoAnswer::Broken);
        }
        let (ticket, fate) = self.state().take(who, statement);
        time::busy_until(fate.answered_at.min(time::now() + 50));
        time::sleep_until(fate.answered_at).await;
        let answer = {
            let mut state = self.state();
            state.work(time::now());
            state.answers.remove(&ticket)
        };
        match (fate.outcome, answer) {
            (Outcome::Answers, Some(answer)) if self.is_reached(who, generation) => Ok(answer),
            (Outcome::Refuses(why), _) => Err(NoAnswer::Refused(why)),
            (Outcome::Hangs, _) => {
                let calm = self.state().calm.clone();
                drop(tokio::time::timeout(Duration::from_secs(300), calm.cancelled()).await);
                Err(NoAnswer::Broken)
            }
            _ => Err(NoAnswer::Broken),
        }
    }

    /// What its tables hold now.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        let mut state = self.state();
        state.work(time::now());
        look(&state.tables)
    }

    /// Says something in the trace.
    pub fn note(&self, line: &str) {
        let mut state = self.state();
        state.work(time::now());
        let line = format!("{} {line}", time::now());
        state.trace.push(line);
    }

    pub fn trace(&self) -> String {
        self.state().trace.join("\n")
    }

    /// Everything that took effect, in order.
    pub fn asked(&self) -> Vec<QueryParams> {
        self.state().asked.clone()
    }

    /// The server merges parts.
    pub fn merge(&self) {
        let mut state = self.state();
        state.work(time::now());
        let syncs = state.syncs;
        state.tables.all().for_each(|table| table.merge(syncs));
    }

    /// The system writes what it holds.
    pub fn write_back(&self) {
        self.state().tables.all().for_each(table::Table::sync);
    }

    /// The server forgets which blocks it has had.
    pub fn forget_blocks(&self) {
        self.state().tables.all().for_each(table::Table::forget);
    }

    pub fn set_ahead(&self, ahead: i64) {
        self.state().ahead = ahead;
    }

    pub fn cut_off(&self, who: &[usize]) {
        self.state().cut_off = who.to_vec();
    }

    /// The server's process ends: of what is on its way some is still done.
    pub fn kill(&self) {
        let mut state = self.state();
        state.work(time::now());
        let mut chance = state.chance.clone();
        state.on_their_way.sort_by_key(|one| (one.due, one.who, one.content));
        state.on_their_way.retain_mut(|one| {
            one.ticket = None;
            chance.percent(30)
        });
        let far = i64::MAX;
        state.work(far);
        state.chance = chance;
        state.is_up = false;
        state.generation += 1;
    }

    /// Its machine's power is cut; how many blocks are lost.
    pub fn cut_power(&self) -> usize {
        self.kill();
        let mut state = self.state();
        let mut chance = state.chance.clone();
        let lost = state.tables.all().map(|table| table.cut(&mut chance)).sum();
        state.chance = chance;
        lost
    }

    /// Mends what is wrong with it and the ways to it. Its clock goes right again.
    pub fn calm_down(&self) {
        let mut state = self.state();
        state.calm.cancel();
        state.is_up = true;
        state.ahead = 0;
        state.cut_off.clear();
    }

    pub fn start(&self) {
        self.state().is_up = true;
    }
}

impl State {
    /// Takes a statement in: by which its answer is fetched, and what becomes of it.
    fn take(&mut self, who: usize, statement: Statement) -> (u64, Fate) {
        let mut hash = DefaultHasher::new();
        // Tokens and the names of holders are random, also where a run is the same.
        let is_random = |name: &str| name == "insert_deduplication_token";
        let settings = statement.settings.iter().filter(|(name, _)| !is_random(name));
        let mut settings: Vec<_> = settings.collect();
        settings.sort();
        let body = if statement.is_claim() { &[] } else { &statement.body[..] };
        (&statement.name, settings, body, who).hash(&mut hash);
        let content = hash.finish();
        let seen = self.seen.entry(content).or_default();
        *seen += 1;
        let mut chance = Chance::new(self.seed ^ content ^ (*seen << 48), "fate");
        let now = time::now();
        let fate = Fate::draw(&mut chance, now, &statement, &self.faults);
        let ticket = self.next;
        self.next += 1;
        let statement = Arc::new(statement);
        for (nth, due) in fate.effects.iter().enumerate() {
            self.on_their_way.push(OnItsWay {
                due: *due,
                who,
                content,
                ticket: (nth == 0).then_some(ticket),
                statement: Arc::clone(&statement),
                partitions: fate.partitions,
            });
        }
        if let Some(fault) = fate.fault {
            self.faults.count(fault);
        }
        (ticket, fate)
    }

    /// Does what is due.
    fn work(&mut self, now: i64) {
        self.on_their_way.sort_by_key(|one| (one.due, one.who, one.content));
        while self.on_their_way.first().is_some_and(|one| one.due <= now) {
            let one = self.on_their_way.remove(0);
            let manner = Manner { is_synced: self.syncs, partitions: one.partitions };
            let clock = if now == i64::MAX { time::now() } else { one.due } + self.ahead;
            let told = one.statement.told();
            let statement = Arc::clone(&one.statement);
            self.asked.push(QueryParams { statement, clock, manner });
            let answer = one.statement.carry_out(&mut self.tables, clock, manner);
            let said = if one.statement.is_claim() { &[] } else { &answer[..] };
            self.trace.push(format!("{} {} {told} {}", one.due, one.who, short(said)));
            if let Some(ticket) = one.ticket {
                self.answers.insert(ticket, answer);
            }
        }
    }
}

fn short(answer: &[u8]) -> String {
    let mut hash = DefaultHasher::new();
    answer.hash(&mut hash);
    format!("{}b {:08x}", answer.len(), hash.finish() as u32)
}

impl Fault {
    /// Faults of single statements.
    pub const OF_STATEMENTS: [Self; 8] = [
        Self::Slow,
        Self::Refused,
        Self::AppliedUnanswered,
        Self::AppliedTimedOut,
        Self::LostUnanswered,
        Self::AppliedLate,
        Self::AppliedInPart,
        Self::AppliedTwice,
    ];
}
