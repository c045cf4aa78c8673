//! One run of a seed.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use messenger_funnel::journal::Limits;
use messenger_funnel::store::{MaterializedTables, Store};

use crate::engine::{Engine, QueryParams};
use crate::faults::{Fault, Faults};
use crate::machine::{End, Machine, Site};
use crate::office::{self, Outside};
use crate::outside::{Chat, Graph};
use crate::plan::{Deed, Plan, TROUBLE};
use crate::{oracle, oracle_office, time};

/// How long everything may take to calm down, milliseconds.
const PATIENCE: i64 = 1_800_000;

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub findings: Vec<String>,
    pub faults: BTreeMap<Fault, u64>,
    /// Everything that reached ClickHouse, in order.
    pub trace: String,
    pub steps: u64,
}

/// Runs a seed: the same seed does the same, byte for byte.
pub fn run(seed: u64) -> Outcome {
    play(seed, |world| Box::pin(world.play()))
        .unwrap_or_else(|finding| Outcome { findings: vec![finding], ..Outcome::default() })
}

/// What a run of a seed asks, where nothing is lost or done in part.
pub fn record(seed: u64) -> Vec<QueryParams> {
    let asked = play(seed, |mut world| {
        Box::pin(async move {
            world.plan.deeds.retain(|(_, deed)| {
                matches!(
                    deed,
                    Deed::Deliver { end: None, .. } | Deed::Stop { .. } | Deed::Start { .. }
                )
            });
            world.plan.rate = 0;
            world.faults.set_rate(0);
            let engine = world.engine.clone();
            assert_eq!(world.play().await.findings, [] as [String; 0]);
            engine.asked()
        })
    });
    asked.unwrap()
}

/// Plays a seed on a thread of its own; what it says if it panics.
fn play<T: Send + 'static>(
    seed: u64,
    play: impl FnOnce(World) -> Pin<Box<dyn Future<Output = T>>> + Send + 'static,
) -> Result<T, String> {
    // What is kept by thread (the state of random numbers, of the clock) begins anew with each run.
    let running = std::thread::Builder::new().name(format!("seed {seed}")).spawn(move || {
        fastrand::seed(seed);
        time::begin(0);
        let folder = folder();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            // The clock is looked at behind each piece of work.
            .event_interval(1)
            .max_blocking_threads(1)
            .on_thread_park(time::when_idle)
            .build()
            .unwrap();
        runtime.block_on(time::watched(play(World::new(seed, folder.path()))))
    });
    running.unwrap().join().map_err(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        format!("it panics: {}", said.unwrap_or_default())
    })
}

/// A folder in memory where there is one: what is durable is the model's business.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::TempDir::new_in(memory).or_else(|_| tempfile::TempDir::new()).unwrap()
}

struct World {
    plan: Plan,
    folder: PathBuf,
    engine: Engine,
    faults: Faults,
    outside: Outside,
    machines: Vec<Machine>,
    acknowledged: Vec<bool>,
    /// Bodies that were not taken, and when they are delivered again.
    again: VecDeque<(i64, usize)>,
}

impl World {
    fn new(seed: u64, folder: &Path) -> Self {
        let plan = Plan::of(seed);
        let faults = Faults::with_rate(plan.rate);
        let engine = Engine::new(seed, faults.clone(), plan.syncs);
        let (told, taken) = (Arc::default(), Arc::default());
        let (of_graph, of_chat) = (Arc::default(), Arc::default());
        let graph =
            Graph { engine: engine.clone(), seed, faults: faults.clone(), told, asked: of_graph };
        let chat =
            Chat { engine: engine.clone(), seed, faults: faults.clone(), taken, asked: of_chat };
        let outside = Outside { graph, chat };
        let site = Site {
            seed,
            engine: engine.clone(),
            faults: faults.clone(),
            limits: Limits { max_bytes: plan.journal_bytes, segment_bytes: 4_000 },
            // What a server that does not sync may lose, the journal still has.
            keep: Duration::from_secs(if plan.syncs { 120 } else { 3_600 }),
            syncs: plan.syncs,
            is_shared: plan.machines > 1,
            has_office: plan.has_office,
            outside: outside.clone(),
        };
        let machine =
            |number| Machine::new(number, folder.join(format!("machine{number}")), site.clone());
        let machines = (0..plan.machines).map(machine).collect();
        let acknowledged = vec![false; plan.bodies.len()];
        let again = VecDeque::new();
        let folder = folder.to_owned();
        Self { plan, folder, engine, faults, outside, machines, acknowledged, again }
    }

    async fn play(mut self) -> Outcome {
        time::begin(self.plan.begin);
        if self.plan.has_office {
            time::has_threads();
        }
        self.machines.iter_mut().for_each(Machine::start);
        for (at, deed) in std::mem::take(&mut self.plan.deeds) {
            self.deliver_again(at).await;
            time::sleep_until(self.plan.begin + at).await;
            self.engine.note(&told(&deed));
            self.carry_out(deed).await;
        }
        time::sleep_until(self.plan.begin + TROUBLE).await;
        let mut findings = Vec::new();
        if let Err(finding) = self.calm_down().await {
            findings.push(finding);
        }
        let (acknowledged, truth) = (self.bodies_taken(), &self.plan.truth);
        findings.extend(self.engine.look(|tables| {
            let mut found = oracle::findings(tables, &acknowledged, truth);
            if self.plan.has_office {
                let (told, taken) = (&self.outside.graph.told, &self.outside.chat.taken);
                oracle_office::feedback(tables, &told.lock().unwrap(), time::now(), &mut found);
                oracle_office::reports(tables, &taken.lock().unwrap(), &mut found);
            }
            found
        }));
        for machine in &mut self.machines {
            machine.end(End::Killed).await;
        }
        let trace = self.engine.trace();
        let steps = trace.lines().count() as u64;
        Outcome { findings, faults: self.faults.counted(), trace, steps }
    }

    fn bodies_taken(&self) -> Vec<Vec<u8>> {
        let all = self.plan.bodies.iter().zip(&self.acknowledged);
        all.filter(|(_, is)| **is).map(|(body, _)| body.clone()).collect()
    }

    /// Delivers what is due again before an instant (milliseconds behind the begin).
    async fn deliver_again(&mut self, until: i64) {
        while let Some((at, body)) = self.again.front().copied()
            && at < until
        {
            self.again.pop_front();
            if at > time::now() - self.plan.begin {
                time::sleep_until(self.plan.begin + at).await;
            }
            let machine = body % self.machines.len();
            self.faults.count(Fault::Refilled);
            self.deliver(machine, &[body], None, false).await;
        }
    }

    async fn deliver(&mut self, machine: usize, which: &[usize], end: Option<End>, hangs_up: bool) {
        let bodies: Vec<&[u8]> = which.iter().map(|at| &self.plan.bodies[*at][..]).collect();
        let statuses = self.machines[machine].deliver(&bodies, end).await;
        for (at, status) in which.iter().zip(statuses) {
            self.engine.note(&format!("body {at} at {machine}: {status}"));
            if status == 200 && !hangs_up {
                if std::mem::replace(&mut self.acknowledged[*at], true) {
                    self.faults.count(Fault::Repeated);
                }
            } else {
                if hangs_up {
                    self.faults.count(Fault::HungUp);
                }
                let later = time::now() - self.plan.begin + 5_000;
                self.again.push_back((later, *at));
            }
        }
    }

    async fn carry_out(&mut self, deed: Deed) {
        let faults = self.faults.clone();
        match deed {
            Deed::Deliver { machine, bodies, end, hangs_up } => {
                if let Some(end) = end.filter(|_| self.machines[machine].runs()) {
                    faults.count(fault(end));
                }
                self.deliver(machine, &bodies, end, hangs_up).await;
            }
            Deed::Start { machine } => self.machines[machine].start(),
            Deed::End { machine, end } => {
                if self.machines[machine].runs() {
                    faults.count(fault(end));
                }
                self.machines[machine].end(end).await;
            }
            Deed::Stop { machine } => {
                if self.machines[machine].runs() {
                    faults.count(Fault::Stopped);
                }
                self.machines[machine].stop().await;
            }
            Deed::KillEngine => {
                faults.count(Fault::EngineKilled);
                self.engine.kill();
            }
            Deed::CutEngine => {
                faults.count(Fault::EngineCut);
                let lost = self.engine.cut_power();
                faults.count_many(Fault::BlocksLost, lost as u64);
                if !self.plan.syncs {
                    // An engine that does not sync is on the machine of its only user.
                    self.machines[0].end(End::Cut).await;
                    self.machines[0].start();
                }
            }
            Deed::StartEngine => self.engine.start(),
            Deed::CutOff { machines } => {
                faults.count_many(Fault::NetworkCut, machines.len() as u64);
                self.engine.cut_off(&machines);
            }
            Deed::ForgetBlocks => {
                faults.count(Fault::BlocksForgotten);
                self.engine.forget_blocks();
            }
            Deed::Merge => self.engine.merge(),
            Deed::WriteBack => self.engine.write_back(),
            Deed::SetClock { of, ahead } => {
                faults.count(Fault::ClockJumped);
                match of {
                    2 => self.engine.set_ahead(ahead),
                    machine => time::set_ahead(machine, ahead),
                }
            }
        }
    }

    /// Everything is mended; then what is left to be done is done.
    async fn calm_down(&mut self) -> Result<(), String> {
        self.faults.set_rate(0);
        self.engine.calm_down();
        (0..2).for_each(|machine| time::set_ahead(machine, 0));
        self.machines.iter_mut().for_each(Machine::start);
        let begun = time::now();
        let store = self.machines[0].store();
        loop {
            self.deliver_again(time::now() - self.plan.begin + 1).await;
            time::sleep_until(time::now() + 1_000).await;
            let left = self.left(&store).await;
            if left.is_empty() {
                return Ok(());
            }
            if time::now() - begun > PATIENCE {
                return Err(format!("it does not calm down: {left}"));
            }
        }
    }

    /// What is left to be done; empty if nothing is.
    async fn left(&self, store: &Store) -> &'static str {
        const SILENT: &str = "ClickHouse does not answer";
        if self.acknowledged.iter().any(|is| !is) {
            return "a body is not acknowledged";
        }
        if !self.machines.iter().all(Machine::is_shipped) {
            return "the journal is not shipped";
        }
        match store.changed_batches(MaterializedTables::Live).await {
            Ok(pending) if pending.is_empty() => {}
            Ok(_) => return "conversations are not made",
            Err(_) => return SILENT,
        }
        if !self.plan.has_office {
            return "";
        }
        let settings = office::feedback_settings(&self.folder);
        match messenger_funnel::feedback::plan(store, &settings, time::now()).await {
            Ok(sorted) if sorted.due.is_empty() => {}
            Ok(_) => return "Meta is not told of conversions",
            Err(_) => return SILENT,
        }
        match store.unfinished_runs().await {
            Ok(runs) if runs.iter().all(|run| run.status == "failed") => {}
            Ok(_) => return "a report's run is not finished",
            Err(_) => return SILENT,
        }
        // One may have begun while that was asked.
        if self.engine.look(oracle_office::is_running) { "a report's run has begun" } else { "" }
    }
}

fn fault(end: End) -> Fault {
    match end {
        End::Killed => Fault::Killed,
        End::Cut => Fault::Cut,
    }
}

fn told(deed: &Deed) -> String {
    format!("{deed:?}")
}
