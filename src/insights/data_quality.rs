//! How good the data are: what came in, what is not understood, which refs are unknown or lost, and
//! what has fallen silent.

use serde::Serialize;
use utoipa::ToSchema;

use super::alerts::{Alert, AlertInputs, LostRefs, PolicyRow, SilentDoor, UnregisteredRef};
use super::error::AnswerError;
use super::query::Question;
use crate::analysis::{ReconciledDay, share};
use crate::domain::{Kind, Timestamp};
use crate::store::{KindCount, PageThreads, RefusedReason, Store};

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// Distinct events of the period.
    pub events: u64,
    /// Events of webhooks that came in of the period, each as often as it came; `null` of a period that is not made of
    /// whole quarters of an hour. It is `accepted` and `duplicates` together.
    pub received: Option<u64>,
    /// Those, each once.
    pub accepted: u64,
    /// How often one came that was there already, or that has been erased since.
    pub duplicates: Option<u64>,
    /// Events, reported conversions and refused items that were not taken: their person had been erased after they
    /// happened.
    pub erased: Option<u64>,
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
    /// Why events have no person.
    pub without_person: Vec<WithoutPerson>,
    /// Why items that came in in the period are not understood yet.
    pub refused: Vec<RefusedReason>,
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

/// Events that are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithoutPerson {
    /// `group` (a thread of several people), `self` (the business writes to itself), `unmatched` (a conversion that was
    /// reported and whose person is not found yet), or `business` (what happens to a Page or a number).
    pub reason: &'static str,
    /// How many.
    pub events: u64,
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
    let figures = async {
        let (kinds, pages) = (store.kind_counts(period), store.page_threads(period));
        let refused = store.refused_reasons(period);
        Ok(tokio::try_join!(kinds, pages, store.received(period), refused)?)
    };
    let ((kinds, pages, received, refused), watched) =
        tokio::try_join!(figures, AlertInputs::of(store, question, now))?;
    // Conversions are made by us, of what came in.
    let webhooks = kinds.iter().filter(|kind| kind.kind != Kind::Conversion.as_str());
    let accepted = webhooks.map(|kind| kind.events).sum();
    Ok(QualityReport {
        received: received.map(|received| received.events),
        accepted,
        duplicates: received.map(|received| received.events.saturating_sub(accepted)),
        erased: received.map(|received| received.erased),
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        events: kinds.iter().map(|kind| kind.events).sum(),
        clamped: kinds.iter().map(|kind| kind.clamped).sum(),
        late: kinds.iter().map(|kind| kind.late).sum(),
        alerts: watched.alerts(),
        without_person: without_person(&kinds),
        refused,
        kinds,
        pages: pages.into_iter().map(page_share).collect(),
        quarantined: watched.state.quarantined,
        as_of: (watched.state.made_at > 0).then(|| Timestamp(watched.state.made_at).to_rfc3339()),
        unknown_refs: watched.unknown_refs,
        lost_refs: watched.lost_refs,
        silent: watched.silent,
        policy: watched.policy,
        beside_meta: watched.beside_meta,
    })
}

fn without_person(kinds: &[KindCount]) -> Vec<WithoutPerson> {
    let reason_of = |kind: &KindCount| match kind.name.as_str() {
        _ if kind.kind == Kind::Conversion.as_str() => "unmatched",
        name if name.starts_with("group_") => "group",
        name if name.starts_with("self_") => "self",
        _ => "business",
    };
    let reasons = ["group", "self", "unmatched", "business"].into_iter().map(|reason| {
        let of_reason = kinds.iter().filter(|kind| reason_of(kind) == reason);
        WithoutPerson { reason, events: of_reason.map(|kind| kind.without_person).sum() }
    });
    reasons.filter(|found| found.events > 0).collect()
}

fn page_share(row: PageThreads) -> PageShare {
    let PageThreads { page_id, threads, without_referral } = row;
    let share = share(without_referral, threads);
    PageShare { page: page_id, new_threads: threads, without_referral, share }
}
