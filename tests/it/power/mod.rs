//! The power is cut at random moments under load, on a disk that loses what was not synced. Everything that was
//! acknowledged is found afterwards, and counted once.
//!
//! `make test-power` makes 100 cuts over three file systems. `make test` makes a few where loop devices are allowed; the
//! disk model of the journal's own tests runs everywhere.

mod disk;
mod load;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messenger_funnel::store::engine::attach;

use crate::support::{Server, World, client, count};
use disk::{KINDS, PowerDisk};
use load::{Acknowledged, Load};

const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
const FOUND_LIMIT: Duration = Duration::from_secs(120);

fn cuts() -> u64 {
    let wanted = std::env::var("MESSENGER_FUNNEL_TEST_CUTS").ok();
    wanted.map_or(3, |text| text.parse().expect("MESSENGER_FUNNEL_TEST_CUTS is a number"))
}

/// A world whose data lie on a disk.
fn world_on(data_dir: &Path) -> World {
    World::bare().with("data_dir", data_dir.to_str().unwrap())
}

/// A file system of this kind; `None` where none can be mounted, which is told.
fn disk(kind: &'static str) -> Option<PowerDisk> {
    match PowerDisk::new(kind) {
        Ok(disk) => Some(disk),
        Err(reason) => {
            assert!(
                std::env::var_os("MESSENGER_FUNNEL_TEST_CUTS").is_none(),
                "make test-power needs root, loop devices, xfsprogs and btrfs-progs: {reason}"
            );
            println!("no disk is cut here ({reason}); the disk model stands for it");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_under_load_lose_nothing_that_was_acknowledged() {
    let seed = std::env::var("MESSENGER_FUNNEL_TEST_SEED").ok();
    let seed = seed.map_or_else(|| fastrand::u64(..1_000_000), |text| text.parse().unwrap());
    println!("MESSENGER_FUNNEL_TEST_SEED={seed}");
    let (all, kinds) = (cuts(), if cuts() < 30 { &KINDS[..1] } else { &KINDS[..] });
    for (place, kind) in kinds.iter().enumerate() {
        let Some(mut disk) = disk(kind) else { continue };
        let share = all / kinds.len() as u64 + u64::from((place as u64) < all % kinds.len() as u64);
        let mut random = fastrand::Rng::with_seed(seed.wrapping_add(place as u64));
        let (mut done, mut found) = (0, Acknowledged::default());
        let started = Instant::now();
        // A fresh folder now and then: the first minutes of a database are its most fragile ones.
        while done < share {
            let data_dir = disk.path().join(format!("data-{done}"));
            let world = Arc::new(world_on(&data_dir));
            let settings = world.write(
                "settings.toml",
                format!(
                    "[[reports]]\nname = \"sources\"\nby = [\"source\"]\nrange = \"last_month\"\n\
                     to = [\"shelf\"]\n[destinations.shelf]\nfolder = \"{}\"\n",
                    disk.path().join("out").display()
                ),
            );
            let settings = settings.to_str().unwrap().to_owned();
            let mut command = world.command(&["--config", &settings]);
            command.arg("serve");
            let server = Server::start(command);
            let load = Load::start(&world, &server.address, &settings, random.u64(..1_000_000));
            for _ in 0..random.u64(3..12).min(share - done) {
                tokio::time::sleep(Duration::from_millis(random.u64(50..4000))).await;
                let acknowledged = load.acknowledged();
                let after = disk.cut().join(data_dir.file_name().unwrap());
                check(&after, &acknowledged).await;
                found = acknowledged;
                done += 1;
            }
            load.stop().await;
            server.kill();
            std::fs::remove_dir_all(&data_dir).ok();
        }
        println!(
            "{kind}: {done} cuts in {:.0?}; at the last {} people, {} links, {} conversions, {} reports, {} rebuilds \
             acknowledged, none lost",
            started.elapsed(),
            found.people.len(),
            found.links.len(),
            found.conversions.len(),
            found.reports.len(),
            found.rebuilds
        );
    }
}

/// What the disk holds after a cut is everything that was acknowledged, and every person counts once.
async fn check(data_dir: &Path, acknowledged: &Acknowledged) {
    let world = world_on(data_dir);
    let server = world.serve();
    let started = Instant::now();
    let attached = attach(data_dir, "messenger_funnel").await.unwrap().unwrap();
    let client = client(&attached.endpoint);
    let all = async |query: &str| -> BTreeSet<String> {
        client.query(query).fetch_all::<String>().await.unwrap().into_iter().collect()
    };
    loop {
        let people =
            all("SELECT DISTINCT person_id FROM events_by_person WHERE kind = 'message'").await;
        let reported = all("SELECT DISTINCT report_id FROM conversion_reports").await;
        let missing = acknowledged.people.difference(&people).count();
        let unreported = acknowledged.conversions.difference(&reported).count();
        let made = all("SELECT person_id FROM conversations FINAL").await;
        let uncounted = people.difference(&made).count();
        let counted = count(&server.json(QUESTION).await, "opened").unwrap();
        if missing + unreported + uncounted == 0 && counted == made.len() as u64 {
            break;
        }
        assert!(
            started.elapsed() < FOUND_LIMIT,
            "{missing} of {} people and {unreported} of {} conversions are missing; {uncounted} people have no \
             conversation; {counted} are counted of {}",
            acknowledged.people.len(),
            acknowledged.conversions.len(),
            made.len()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let links = all("SELECT slug FROM links FINAL").await;
    assert!(acknowledged.links.is_subset(&links), "{:?} of links", acknowledged.links);
    let runs = all("SELECT concat(run, ' ', status) FROM report_runs FINAL").await;
    let done = runs.iter().filter(|run| run.ends_with(" done")).count();
    assert!(runs.len() >= acknowledged.reports.len(), "{runs:?} of {:?}", acknowledged.reports);
    assert!(done >= acknowledged.delivered, "{runs:?}: {} were delivered", acknowledged.delivered);
    server.kill();
}
