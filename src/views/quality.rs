//! How good the data are: what came in, what is not understood, which refs are unknown or lost, and
//! what has fallen silent.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::allowed::Allowed;
use super::answer::AnswerError;
use super::problem::Problem;
use super::{Asks, Question, answer_reconciliation, api, frames, render};
use crate::analysis::{ReconciledDay, nearest_ref, silence};
use crate::domain::{Period, Timestamp};
use crate::store::{KindCount, LinkVisits, LiveDoor, PageThreads, PolicyEvent, Store, UnknownRef};

/// What a door did before the end of the question's period is looked at for this long.
const LIVE_MS: i64 = 28 * 86_400_000;
/// Clicks below which a lost share says nothing.
const LEAST_CLICKS: u64 = 20;

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// Distinct events of the period.
    pub events: u64,
    /// Those whose own time was impossible; they have that of their webhook.
    pub clamped: u64,
    /// Those that came in more than an hour after their time.
    pub late: u64,
    /// Items that are not understood yet, of any time.
    pub quarantined: u64,
    /// When conversations were last made of new events, RFC 3339.
    pub as_of: Option<String>,
    /// What should be looked into.
    pub alerts: Vec<Alert>,
    /// Events by kind.
    pub kinds: Vec<KindCount>,
    /// Refs of links that nobody registered.
    pub unknown_refs: Vec<UnregisteredRef>,
    /// New threads by Page, and how many came without a referral.
    pub pages: Vec<PageShare>,
    /// Clicks on tracked links whose person was not seen in a thread.
    pub lost_refs: Vec<LostRefs>,
    /// Refs and ads that have fallen silent against their own rate.
    pub silent: Vec<SilentDoor>,
    /// What Meta did to Pages.
    pub policy: Vec<PolicyRow>,
    /// Our conversations beside Meta's, by ad account and day.
    pub beside_meta: Vec<ReconciledDay>,
}

/// Something to look into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alert {
    /// `silence`, `reconciliation`, `typo`, `lost_refs`, `policy` or `quarantine`.
    pub kind: &'static str,
    /// What it is about: a ref, an ad, a link, a Page.
    pub about: String,
    /// A sentence.
    pub text: String,
}

/// A ref that no registered link has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnregisteredRef {
    /// Page or Instagram account.
    pub page: String,
    /// The ref.
    #[serde(rename = "ref")]
    pub referral_ref: String,
    /// How often people came by it.
    pub touchpoints: u64,
    /// When last, RFC 3339.
    pub last_seen: String,
    /// The registered ref that it was probably meant to be.
    pub nearest: Option<String>,
    /// Letters that differ.
    pub distance: Option<usize>,
}

/// A Page's new threads.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PageShare {
    /// Page or Instagram account.
    pub page: String,
    /// People who opened their first conversation.
    pub new_threads: u64,
    /// Those who came without a referral: organic, or their referral was lost.
    pub without_referral: u64,
    /// Their share.
    pub share: f64,
}

/// Clicks that led nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LostRefs {
    /// The link.
    pub link: String,
    /// Clicks of people.
    pub clicks: u64,
    /// Clicks whose person was seen in a thread.
    pub arrived: u64,
    /// The others: people who did not write, or whose ref was lost.
    pub lost: u64,
    /// Their share.
    pub share: f64,
}

/// A ref or an ad that nobody comes by any more.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SilentDoor {
    /// `ad` or `ref`.
    pub door: String,
    /// The ad's id, or the ref.
    pub id: String,
    /// When people came last, RFC 3339.
    pub last_seen: String,
    /// How often they came in a day.
    pub usual_per_day: f64,
    /// Days without anybody.
    pub silent_days: f64,
    /// How many would have come in that time.
    pub expected: f64,
    /// Probability that this is chance.
    pub probability: f64,
}

/// Something that Meta did to a Page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyRow {
    /// RFC 3339.
    pub time: String,
    /// Page.
    pub page: String,
    /// `block`, `warning` or `unblock`.
    pub action: String,
    /// Meta's words.
    pub reason: String,
}

/// The quality of the question's period, seen at `now`.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_quality(
    store: &Store,
    question: &Question,
    now: Timestamp,
) -> Result<QualityReport, AnswerError> {
    let period = &question.period;
    let end = Timestamp(period.to.0.min(now.0));
    let live = Period { from: Timestamp(end.0 - LIVE_MS), to: end, zone: period.zone.clone() };
    let reconciled = answer_reconciliation(store, question);
    let figures = async {
        Ok(tokio::try_join!(
            store.kind_counts(period),
            store.unknown_refs(period),
            store.page_threads(period),
            store.live_doors(&live),
            store.policy_events(period),
            store.link_visits(period),
            store.links(),
            store.collection_state(),
        )?)
    };
    let ((kinds, unknown, pages, doors, policy, visits, links, state), reconciled) =
        tokio::try_join!(figures, reconciled)?;
    let registered = links.values().map(|link| link.referral_ref.as_str());
    let registered: Vec<&str> = registered.collect();
    let archived = |door: &LiveDoor| {
        let mut same = links.values().filter(|link| link.referral_ref == door.id).peekable();
        door.door == "ref" && same.peek().is_some() && same.all(|link| link.is_archived)
    };
    let doors = doors.into_iter().filter(|door| !archived(door));
    let mut report = QualityReport {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        events: kinds.iter().map(|kind| kind.events).sum(),
        clamped: kinds.iter().map(|kind| kind.clamped).sum(),
        late: kinds.iter().map(|kind| kind.late).sum(),
        quarantined: state.quarantined,
        as_of: (state.made_at > 0).then(|| Timestamp(state.made_at).to_rfc3339()),
        alerts: Vec::new(),
        kinds,
        unknown_refs: unknown.into_iter().map(|row| unregistered(row, &registered)).collect(),
        pages: pages.into_iter().map(page_share).collect(),
        lost_refs: visits.into_iter().filter(|row| row.clicks > 0).map(lost_refs).collect(),
        silent: doors.filter_map(|door| silent(door, end)).collect(),
        policy: policy.into_iter().map(policy_row).collect(),
        beside_meta: reconciled.days,
    };
    report.alerts = alerts(&report);
    Ok(report)
}

fn unregistered(row: UnknownRef, registered: &[&str]) -> UnregisteredRef {
    let nearest = nearest_ref(&row.referral_ref, registered.iter().copied());
    UnregisteredRef {
        nearest: nearest.map(|(known, _)| known.to_owned()),
        distance: nearest.map(|(_, distance)| distance),
        page: row.page_id,
        referral_ref: row.referral_ref,
        touchpoints: row.touchpoints,
        last_seen: Timestamp(row.last_seen).to_rfc3339(),
    }
}

fn page_share(row: PageThreads) -> PageShare {
    let PageThreads { page_id, threads, without_referral } = row;
    let share = share(without_referral, threads);
    PageShare { page: page_id, new_threads: threads, without_referral, share }
}

fn lost_refs(row: LinkVisits) -> LostRefs {
    let lost = row.clicks.saturating_sub(row.arrived);
    let share = share(lost, row.clicks);
    LostRefs { link: row.slug, clicks: row.clicks, arrived: row.arrived, lost, share }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn silent(door: LiveDoor, now: Timestamp) -> Option<SilentDoor> {
    let found = silence(door.touchpoints, door.first_seen, door.last_seen, now.0)?;
    Some(SilentDoor {
        door: door.door,
        id: door.id,
        last_seen: Timestamp(door.last_seen).to_rfc3339(),
        usual_per_day: found.usual_per_day,
        silent_days: found.silent_days,
        expected: found.expected,
        probability: found.probability,
    })
}

fn policy_row(row: PolicyEvent) -> PolicyRow {
    let PolicyEvent { time, page_id, action, reason } = row;
    PolicyRow { time: Timestamp(time).to_rfc3339(), page: page_id, action, reason }
}

fn alerts(report: &QualityReport) -> Vec<Alert> {
    let alert = |kind, about: &str, text| Alert { kind, about: about.to_owned(), text };
    let policy = report.policy.iter().filter(|row| row.action != "unblock").map(|row| {
        let text = format!("Meta: {} of Page {}. {}", row.action, row.page, row.reason);
        alert("policy", &row.page, text)
    });
    let silent = report.silent.iter().map(|row| {
        let text = format!(
            "Nobody has come by the {} {} for {:.1} days; it was {:.1} a day.",
            row.door, row.id, row.silent_days, row.usual_per_day
        );
        alert("silence", &row.id, text)
    });
    let typos = report.unknown_refs.iter().filter_map(|row| {
        let text = format!(
            "{} people came by the ref {:?}, which nobody registered; {:?} is registered.",
            row.touchpoints,
            row.referral_ref,
            row.nearest.as_ref()?
        );
        Some(alert("typo", &row.referral_ref, text))
    });
    let lost = report.lost_refs.iter().filter(|row| row.clicks >= LEAST_CLICKS && row.share > 0.5);
    let lost = lost.map(|row| {
        let text = format!(
            "Of {} clicks on the link {} {} did not arrive in a thread: is there a Get Started \
             button, and does the link lead to the right Page?",
            row.clicks, row.link, row.lost
        );
        alert("lost_refs", &row.link, text)
    });
    let quarantine = (report.quarantined > 0).then(|| {
        let text = format!(
            "{} items could not be understood. `journal replay --quarantined` tries them again after \
             an upgrade.",
            report.quarantined
        );
        alert("quarantine", "", text)
    });
    let unusual = report.beside_meta.iter().filter(|day| day.is_unusual).map(|day| {
        let [low, high] = day.usual_band.unwrap_or_default();
        let text = format!(
            "On {} we have {} conversations by ads of act_{}, Meta has {}: usual would be {low:.0} to \
             {high:.0} of ours. {}",
            day.date,
            day.ours,
            day.account_id,
            day.meta,
            if day.ours < day.meta {
                "Do the Page's webhooks still come, with messages and messaging_referrals?"
            } else {
                "Has the account's spend been fetched since?"
            }
        );
        alert("reconciliation", &day.account_id, text)
    });
    policy.chain(silent).chain(unusual).chain(typos).chain(lost).chain(quarantine).collect()
}

/// What came in, what was not understood, what fell silent.
#[utoipa::path(get, path = "/api/v1/quality", tag = "quality",
    responses((status = 200, body = QualityReport)))]
pub(super) async fn quality(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let now = Timestamp((views.clock)());
    let report = answer_quality(&views.store, &question, now).await.map_err(Problem::from)?;
    render::rendered(&look, report, frames::quality)
}
