//! A machine of ours: a folder, and the process on it with its collector, journal, shipper and materializer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use messenger_funnel::collector::{self, CollectorState, Keys, SIGNATURE_HEADER, sign};
use messenger_funnel::domain::Links;
use messenger_funnel::journal::disk::Disk as _;
use messenger_funnel::journal::{InUse, Journal, Limits, Position, has_unread};
use messenger_funnel::materializer::Materializer;
use messenger_funnel::normalize::Settings;
use messenger_funnel::store::{Computing, Endpoint, Shipper, Store, StoreError};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::{JoinHandle, unconstrained};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::chance::Chance;
use crate::disk::Gate;
use crate::disk_model::{DiskModel, Faults as OfDisk};
use crate::engine::{Engine, http};
use crate::faults::{Fault, Faults};
use crate::office::{self, Outside};
use crate::time;

/// The secret of the run's Meta app.
const SECRET: &str = "a simulated app's secret";

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is killed: what it has written the system still has.
    Killed,
    /// The power of its machine is cut.
    Cut,
}

/// What machines have in common.
#[derive(Clone)]
pub struct Site {
    pub seed: u64,
    pub engine: Engine,
    pub faults: Faults,
    pub limits: Limits,
    /// How long the journal keeps what is shipped.
    pub keep: Duration,
    /// Whether ClickHouse syncs what it acknowledges.
    pub syncs: bool,
    /// Whether several use one ClickHouse.
    pub is_shared: bool,
    /// Whether Meta is told of conversions, and the chat of reports.
    pub has_office: bool,
    pub outside: Outside,
}

/// A machine.
pub struct Machine {
    pub number: usize,
    folder: PathBuf,
    site: Site,
    chance: Chance,
    disk: Option<Disk>,
    running: Option<Running>,
}

/// A machine's disk.
struct Disk {
    model: Arc<DiskModel>,
    folder: PathBuf,
    /// Of the files that have the date of the run's clock.
    lengths: BTreeMap<PathBuf, u64>,
}

/// Its process.
struct Running {
    journal: Journal,
    door: Router,
    gate: Gate,
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    _keys: watch::Sender<Arc<Keys>>,
    _links: watch::Sender<Arc<Links>>,
}

impl Machine {
    pub fn new(number: usize, folder: PathBuf, site: Site) -> Self {
        let chance = Chance::new(site.seed, &format!("machine {number}"));
        Self { number, folder, site, chance, disk: None, running: None }
    }

    pub fn runs(&self) -> bool {
        self.running.is_some()
    }

    /// A way to the engine in the machine's name.
    pub fn store(&self) -> Store {
        let endpoint = Endpoint {
            url: "http://clickhouse:8123".to_owned(),
            user: String::new(),
            password: String::new().into(),
            database: "messenger_funnel".to_owned(),
            cluster: None,
            is_shared: self.site.is_shared,
        };
        Store::by(http::client(&self.site.engine, self.number), endpoint, Computing::Here)
    }

    /// The disk's model and the folder that it is over, which is another one after each power cut.
    fn disk(&mut self) -> &mut Disk {
        let (folder, chance) = (self.folder.join("journal"), &mut self.chance);
        self.disk.get_or_insert_with(|| {
            fs::create_dir_all(&folder).unwrap();
            Disk {
                model: DiskModel::over(&folder, chance.next()),
                folder,
                lengths: BTreeMap::new(),
            }
        })
    }

    /// Whether everything that is journaled has been shipped.
    pub fn is_shipped(&self) -> bool {
        self.disk.as_ref().is_none_or(|disk| !has_unread(&disk.folder).unwrap())
    }

    /// Starts the process.
    pub fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        let clock = time::CLOCKS[self.number];
        let disk = self.disk();
        // A disk that fails at the start is a start that fails: it is tried again until it works.
        disk.model.fail(OfDisk::NONE);
        let (gate, folder) = (Gate::new(Arc::clone(&disk.model)), disk.folder.clone());
        gate.tell_time();
        let journal = {
            // Who waits for the disk is told there: this thread waits for that.
            let _told_there = telling().enter();
            Journal::open_on(&folder, self.site.limits, Arc::new(gate.clone())).unwrap()
        };
        self.disk().stamp();
        let store = self.store();
        let (in_use, again_until) = begin_use(&journal, self.site.syncs);
        let shipper = Shipper::new(&journal, store.clone(), Settings::default(), self.site.keep);
        let shipper = shipper.unwrap().by_clock(clock).shipping_again_until(again_until);
        let upkeep =
            Materializer::new(store.clone(), self.folder.join("conversations.lock"), clock);
        let stop = CancellationToken::new();
        let (news, stopped) = (shipper.progress(), stop.clone());
        let shipping = tokio::spawn(time::watched(async move {
            match tokio::join!(shipper.run(stopped), upkeep.run(news)).0 {
                Ok(()) => in_use.end().unwrap(),
                // Who stops while ClickHouse is away leaves the rest to the next start.
                Err(StoreError::ClickHouse { .. }) => {}
                Err(error) => panic!("shipping ended: {error}"),
            }
        }));
        let mut tasks = vec![shipping];
        if self.site.has_office {
            let (folder, outside) = (&self.folder, &self.site.outside);
            tasks.push(office::tell(store.clone(), folder, outside, clock, stop.clone()));
            tasks.push(office::deliver(store, folder, outside, clock, stop.clone()));
        }
        let keys = Keys { app_secrets: vec![SECRET.to_owned().into()], verify_tokens: Vec::new() };
        let (keys, known) = watch::channel(Arc::new(keys));
        let (links, of_links) = watch::channel(Arc::new(Links::default()));
        let door = collector::router(CollectorState::new(journal.clone(), known, of_links, clock));
        self.running =
            Some(Running { journal, door, gate, tasks, stop, _keys: keys, _links: links });
    }

    /// Ends the process from one instant to the next.
    pub async fn end(&mut self, end: End) {
        let Some(running) = self.running.take() else { return };
        running.gate.die(self.chance.percent(50));
        abort(running.tasks).await;
        drop((running.door, running.journal));
        let left = self.folder.join(format!("journal{}", self.chance.next()));
        let disk = self.disk();
        disk.wait_for_end();
        disk.stamp();
        if end == End::Cut {
            fs::create_dir_all(&left).unwrap();
            disk.model.cut(&left);
            let folder = std::mem::replace(&mut disk.folder, left);
            // It is synced as soon as it is made, beside the journal's own files.
            drop(fs::copy(folder.join("in-use"), disk.folder.join("in-use")));
            fs::remove_dir_all(folder).unwrap();
            disk.model = DiskModel::over(&disk.folder, disk.model.salt());
        }
    }

    /// Asks the process to end.
    pub async fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        running.stop.cancel();
        drop((running.door, running.journal));
        self.disk().wait_for_end();
        self.disk().stamp();
        let limit = time::now() + 20_000;
        for mut task in running.tasks {
            let left = Duration::from_millis(u64::try_from(limit - time::now()).unwrap_or(0));
            match tokio::time::timeout(left, &mut task).await {
                Ok(ended) => ended.unwrap(),
                Err(_) => abort(vec![task]).await,
            }
        }
    }

    /// Brings bodies to the collector at once; the statuses of its answers, 0 where there was none. With an
    /// `end` the process ends while they are on their way to the disk.
    pub async fn deliver(&mut self, bodies: &[&[u8]], end: Option<End>) -> Vec<u16> {
        let rate = self.site.faults.rate() as f64 / 4_000.0;
        let faults = OfDisk { write: rate, sync: rate, name: rate, truncate: rate };
        // On a full disk what is shipped goes before its time, and a ClickHouse that does not sync may need it again:
        // documented (docs/operating/running.md).
        let faults =
            if self.site.syncs { faults } else { OfDisk { write: 0.0, name: 0.0, ..faults } };
        let Some(running) = &self.running else { return vec![0; bodies.len()] };
        let model = Arc::clone(&self.disk.as_ref().unwrap().model);
        model.fail(faults);
        let mut waiting: Vec<Waiting> = Vec::new();
        running.gate.tell_time();
        let is_held = bodies.len() > 1 || end.is_some();
        if is_held {
            running.gate.shut();
        }
        for (nth, body) in bodies.iter().enumerate() {
            waiting.push(Waiting::new(&running.door, body));
            // The first has come to the disk before the others queue up behind it.
            while !waiting[nth].poll() && nth == 0 && is_held && !running.gate.is_reached() {}
        }
        if let Some(end) = end {
            drop(waiting);
            self.end(end).await;
            return vec![0; bodies.len()];
        }
        running.gate.open();
        let statuses: Vec<u16> = waiting.into_iter().map(Waiting::wait).collect();
        let refused = statuses.iter().filter(|status| **status == 503).count();
        self.site.faults.count_many(Fault::DiskRefused, refused as u64);
        model.fail(OfDisk::NONE);
        self.disk().stamp();
        statuses
    }
}

impl Disk {
    /// Files have the date of the run's clock.
    fn stamp(&mut self) {
        let now = Duration::from_millis(u64::try_from(time::now()).unwrap());
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            let length = fs::metadata(&path).unwrap().len();
            if self.lengths.insert(path.clone(), length) != Some(length) {
                let file = File::options().write(true).open(&path).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH + now).unwrap();
            }
        }
    }

    /// Waits until the journal's thread has ended.
    fn wait_for_end(&self) {
        let path = self.folder.join("lock");
        let lock = File::options().write(true).create(true).truncate(false).open(path).unwrap();
        while lock.try_lock().is_err() {
            thread::yield_now();
        }
    }
}

/// As a server does: if the process before was cut off, the last hours are shipped again.
fn begin_use(journal: &Journal, syncs: bool) -> (InUse, Option<Position>) {
    let in_use = journal.begin_use(syncs).unwrap();
    let again = Duration::from_secs(3 * 3600);
    let until = in_use.was_cut_off.then(|| journal.rewind_within(again).unwrap());
    (in_use, until)
}

async fn abort(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        task.abort();
        match task.await {
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            _ => {}
        }
    }
}

/// Where the journal tells who waits for it: beside the run, which stands still meanwhile.
fn telling() -> &'static Runtime {
    static TELLING: OnceLock<Runtime> = OnceLock::new();
    TELLING.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap()
    })
}

/// A request that this thread waits for, while nothing else of the run goes on.
struct Waiting {
    answer: Pin<Box<dyn Future<Output = u16>>>,
    status: Option<u16>,
}

impl Waiting {
    fn new(door: &Router, body: &[u8]) -> Self {
        let request = Request::post("/webhooks/meta")
            .header(SIGNATURE_HEADER, sign(SECRET, body))
            .body(Body::from(body.to_vec()))
            .unwrap();
        let answer = door.clone().oneshot(request);
        // All are polled by one task, whose share tokio would count: behind it they would wait for ever.
        let answer = unconstrained(async move { answer.await.unwrap().status().as_u16() });
        let answer = Box::pin(answer);
        Self { answer, status: None }
    }

    /// Whether it has been answered.
    fn poll(&mut self) -> bool {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        if self.status.is_none()
            && let Poll::Ready(status) = self.answer.as_mut().poll(&mut Context::from_waker(&waker))
        {
            self.status = Some(status);
        }
        self.status.is_some()
    }

    fn wait(mut self) -> u16 {
        while !self.poll() {
            time::really(|| thread::park_timeout(Duration::from_millis(5)));
        }
        self.status.unwrap_or_default()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
