//! What can be looked at without Meta: settings, disk, ClickHouse, clocks.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;

use super::{Finding, Health};
use crate::accounts::Provider;
use crate::cli::clock;
use crate::cli::prepared;
use crate::cli::session::Session;
use crate::cli::spend::business_accounts;
use crate::config::Settings;
use crate::journal;
use crate::meta::EVENT_NAMES;
use crate::operations;
use crate::private;
use crate::store::{self, Store};

/// Clocks that differ by more put events on wrong days.
pub(super) const MOST_SKEW_MS: i64 = 5_000;
/// Spend is looked for this far back.
const MOST_SPEND_DAYS: i64 = 60;
/// Below this the journal soon refuses webhooks.
const LEAST_SPACE: u64 = 1 << 30;

/// Settings without which something does not work.
pub(super) fn settings(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut need = |what: &str, is_there: bool, health: Health, advice: &str| {
        findings.push(if is_there {
            Finding::new(what, Health::Good, "set")
        } else {
            Finding::new(what, health, "not set").advise(advice)
        });
    };
    need(
        "meta.app_secrets",
        !settings.app_secrets.is_empty(),
        Health::Bad,
        "every webhook is refused: take the App Secret from the app's settings, Basic",
    );
    need(
        "meta.verify_token",
        !settings.verify_tokens.is_empty(),
        Health::Bad,
        "Meta cannot verify the webhook: choose a word, and enter it at Meta as the Verify Token",
    );
    need(
        "server.public_url",
        settings.public_url.is_some(),
        Health::Warning,
        "tracked links have no address, so clicks are not counted",
    );
    let events = settings.feedback.events.values();
    for name in events.filter(|name| !EVENT_NAMES.contains(&name.as_str())) {
        let told = format!("Meta takes no conversion of a thread by the name {name:?}");
        let advice = format!("use one of {}", EVENT_NAMES.join(", "));
        findings.push(Finding::new("feedback.events", Health::Warning, told).advise(advice));
    }
    let is_open =
        settings.access_tokens.is_empty() && !settings.listen.ip().to_canonical().is_loopback();
    if is_open {
        let told = "not set, and the server listens beyond this machine";
        findings.push(
            Finding::new("server.access_tokens", Health::Warning, told)
                .advise("dashboard and API answer to nobody but this machine"),
        );
    }
    findings
}

/// What browsers meet: the certificate, and the provider by whom people log in.
pub(super) async fn door(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(files) = &settings.tls {
        let what = "server.tls_certificate_file";
        findings.push(match operations::tls(files) {
            Ok(_) => Finding::new(what, Health::Good, "can be used with its key"),
            Err(error) => Finding::new(what, Health::Bad, error.to_string())
                .advise("serve does not start without it"),
        });
    }
    if let Some(provider) = settings.oidc.clone() {
        let what = format!("server.oidc {}", provider.issuer);
        let asked = match Provider::new(provider) {
            Ok(provider) => provider.check().await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        findings.push(match asked {
            Ok(()) => Finding::new(what, Health::Good, "answers"),
            Err(error) => Finding::new(what, Health::Bad, error)
                .advise("nobody can log in by it; passwords work on"),
        });
    }
    findings
}

/// Whether the data folder can be written, and has room.
pub(super) fn disk(settings: &Settings) -> Vec<Finding> {
    let folder = &settings.data_dir;
    let what = format!("data_dir {}", folder.display());
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = private::folder(folder)
        .and_then(|()| private::write(&probe, b"ok"))
        .and_then(|()| std::fs::remove_file(&probe));
    if let Err(error) = written {
        let finding = Finding::new(what, Health::Bad, error.to_string());
        return vec![finding.advise("the server needs to write there")];
    }
    let space = rustix::fs::statvfs(folder).map(|about| about.f_bavail * about.f_frsize);
    let finding = match space {
        Ok(free) if free < LEAST_SPACE => {
            Finding::new(what, Health::Bad, format!("{} MB free", free >> 20))
                .advise("a full disk has webhooks refused: make room")
        }
        Ok(free) => Finding::new(what, Health::Good, format!("writable, {} GB free", free >> 30)),
        Err(error) => Finding::new(what, Health::Warning, error.to_string()),
    };
    vec![finding]
}

/// Whether all of the journal can be read.
pub(super) fn journal(settings: &Settings) -> Finding {
    let folder = prepared::journal_folder(settings);
    let summary = match journal::inspect(&folder) {
        Ok(summary) => summary,
        Err(error) => {
            return Finding::new("journal", Health::Bad, error.to_string())
                .advise("nothing of it can be shipped: see that the server's user may read it");
        }
    };
    let found = summary.segments.iter().flat_map(|segment| &segment.damage);
    // What is not put aside yet will be at the next start.
    let ranges = found.filter(|damage| damage.file.is_none()).count() + summary.set_aside.len();
    if ranges > 0 || summary.checkpoint_damaged {
        return Finding::new("journal", Health::Warning, format!("{ranges} damaged ranges")).advise(
            "journal inspect names them; see to the disk, and remove the files *.damaged once you have looked at them",
        );
    }
    let records: u64 = summary.segments.iter().map(|segment| segment.records).sum();
    Finding::new("journal", Health::Good, format!("all of its {records} records can be read"))
}

/// ClickHouse, its schema, its clock, and how far the events are.
pub(super) async fn clickhouse(settings: &Settings) -> Vec<Finding> {
    let session = match Session::open(settings).await {
        Ok(session) => session,
        Err(error) => {
            let finding = Finding::new("ClickHouse", Health::Bad, format!("{error:#}"));
            return vec![finding.advise(
                "see clickhouse.url, or install the engine (npm ci) and see that the data folder is not \
                 in use by another version",
            )];
        }
    };
    let mut findings = look_into(&session.store).await;
    findings.extend(spend(settings, &session.store).await);
    session.close().await;
    findings
}

async fn look_into(store: &Store) -> Vec<Finding> {
    let mut findings = Vec::new();
    let schema = store::migrate(store).await;
    findings.push(match schema {
        Ok(applied) => {
            let told = format!("answers, schema version {}", applied.version);
            Finding::new("ClickHouse", Health::Good, told)
        }
        Err(error) => Finding::new("ClickHouse", Health::Bad, error.to_string()),
    });
    findings.extend(durability(store).await);
    let before = clock::now();
    if let Ok(theirs) = store.clock().await {
        let ours = before.midpoint(clock::now());
        findings.push(skew("ClickHouse's clock", theirs - ours));
    }
    if let Ok(state) = store.collection_state().await {
        let age =
            Duration::from_millis(u64::try_from(clock::now() - state.last_event).unwrap_or(0));
        let hours = age.as_secs() / 3600;
        findings.push(match (state.last_event, hours) {
            (0, _) => Finding::new("events", Health::Warning, "none has come in yet").advise(
                "point the webhook of the Meta app at /webhooks/meta, and write to the Page",
            ),
            (_, 0..24) => {
                Finding::new("events", Health::Good, format!("the last is {hours} h old"))
            }
            _ => Finding::new("events", Health::Warning, format!("the last is {hours} h old"))
                .advise(
                    "Meta unsubscribes a webhook that keeps failing: look at the app's webhooks",
                ),
        });
        if state.quarantined > 0 {
            let told = format!("{} items are not understood", state.quarantined);
            findings.push(
                Finding::new("quarantine", Health::Warning, told)
                    .advise("journal replay --quarantined tries them again after an upgrade"),
            );
        }
    }
    findings
}

/// Whether the tables survive a power cut, and what did not survive an earlier one.
async fn durability(store: &Store) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match store.unsynced_tables().await {
        Ok(tables) if tables.is_empty() => {
            Finding::new("durability", Health::Good, "every table syncs what is written")
        }
        Ok(tables) => {
            let told = format!("{} tables do not sync: {}", tables.len(), tables.join(", "));
            Finding::new("durability", Health::Warning, told).advise(
                "a power cut takes their last minutes; clickhouse.sync_writes = true has them sync",
            )
        }
        Err(error) => Finding::new("durability", Health::Warning, error.to_string()),
    });
    if let Ok(parts) = store.broken_parts().await
        && !parts.is_empty()
    {
        let tables: BTreeSet<&str> = parts.iter().map(|part| part.table.as_str()).collect();
        let tables: Vec<&str> = tables.into_iter().collect();
        let told =
            format!("{} parts could not be read and lie aside: {}", parts.len(), tables.join(", "));
        findings.push(Finding::new("broken parts", Health::Warning, told).advise(
            "serve ships again what the journal still holds; restore a backup for what is older, then remove them (docs/operating/running.md)",
        ));
    }
    findings
}

/// Whether it is known what each ad account's ads, and each WhatsApp business account's messages, cost until the day
/// before yesterday.
async fn spend(settings: &Settings, store: &Store) -> Vec<Finding> {
    let now = jiff::Timestamp::from_millisecond(clock::now()).unwrap_or_default();
    let today = settings.time_zone.to_datetime(now).date();
    let first = today.saturating_sub(jiff::Span::new().days(MOST_SPEND_DAYS));
    let Ok(known) = store.known_spend_days(first, today).await else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for account in &settings.graph.ad_accounts {
        let own = known.iter().filter(|day| day.is_whole && day.account_id == *account);
        let own = own.map(|day| day.date).collect();
        findings.push(known_until(format!("spend of act_{account}"), &own, today));
    }
    // Without a token nobody asks Meta.
    if settings.graph.token.is_none() {
        return findings;
    }
    for account in business_accounts(settings, store).await.unwrap_or_default() {
        let Ok(known) = store.known_message_days(&account, first, today).await else { continue };
        let what = format!("message costs of WhatsApp business account {account}");
        findings.push(known_until(what, &known.into_keys().collect(), today));
    }
    findings
}

/// How far days are known.
fn known_until(what: String, known: &BTreeSet<Date>, today: Date) -> Finding {
    let Some(newest) = known.last().copied() else {
        return Finding::new(what, Health::Warning, "none is known")
            .advise("serve reads it by spend.schedule, spend sync at once");
    };
    let oldest = known.first().copied().unwrap_or(newest);
    let between = oldest.series(jiff::Span::new().days(1)).take_while(|date| *date < newest);
    let gaps: Vec<Date> = between.filter(|date| !known.contains(date)).collect();
    if let Some(first) = gaps.first() {
        let told =
            format!("known until {newest}, but not {} days before, {first} first", gaps.len());
        return Finding::new(what, Health::Warning, told)
            .advise("spend sync reads what is missing");
    }
    if newest >= today.saturating_sub(jiff::Span::new().days(2)) {
        return Finding::new(what, Health::Good, format!("known until {newest}"));
    }
    Finding::new(what, Health::Warning, format!("known until {newest} only"))
        .advise("spend sync tells why it does not go on")
}

/// How far another clock is from ours, in milliseconds.
pub(super) fn skew(what: &str, milliseconds: i64) -> Finding {
    let told = format!("{:+.1} s from ours", seconds(milliseconds));
    if milliseconds.abs() <= MOST_SKEW_MS {
        return Finding::new(what, Health::Good, told);
    }
    let advice = "one of the clocks is wrong: have both set by NTP";
    Finding::new(what, Health::Bad, told).advise(advice)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
