//! What is watched for somebody to look into: refs that are unknown or lost, entry points that have fallen silent, what Meta
//! did to Pages, and where our count is not what Meta's lets expect.

use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use super::query::Question;
use super::reconciliation::answer_reconciliation;
use crate::analysis::{ReconciledDay, Rhythm, nearest_ref, share, silence};
use crate::domain::{Links, Period, Timestamp};
use crate::language::{Message, Value, say};
use crate::store::{ActiveEntryPoint, CollectionState, LinkVisits, PolicyEvent, Store, UnknownRef};

/// What an entry point did before the end of the question's period is looked at for this long.
const LIVE_MS: i64 = 28 * 86_400_000;
/// Clicks below which a lost share says nothing.
const LEAST_CLICKS: u64 = 20;

/// Something to look into.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Alert {
    /// `silence`, `reconciliation`, `typo`, `lost_refs`, `policy`, `quarantine` or `broken_parts`.
    pub kind: &'static str,
    /// What it is about: a ref, an ad, a link, a Page.
    pub about: String,
    /// A sentence.
    #[schema(value_type = String)]
    pub text: Message,
}

/// A ref that no registered link has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnregisteredRef {
    /// Page or Instagram account.
    pub page: String,
    /// The ref.
    #[serde(rename = "ref")]
    pub referral_ref: String,
    /// How often people entered through it.
    pub touchpoints: u64,
    /// When last, RFC 3339.
    pub last_seen: String,
    /// The registered ref that it was probably meant to be.
    pub nearest: Option<String>,
    /// Letters that differ.
    pub distance: Option<usize>,
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

/// Everything that is watched, in the question's period.
pub(crate) struct AlertInputs {
    pub unknown_refs: Vec<UnregisteredRef>,
    pub lost_refs: Vec<LostRefs>,
    pub silent: Vec<SilentDoor>,
    pub policy: Vec<PolicyRow>,
    pub beside_meta: Vec<ReconciledDay>,
    pub state: CollectionState,
    /// Parts of tables that ClickHouse could not read and set aside.
    broken_parts: u64,
    /// The day that is not over.
    today: String,
}

impl AlertInputs {
    /// Seen at `now`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub(crate) async fn of(
        store: &Store,
        question: &Question,
        now: Timestamp,
    ) -> Result<Self, AnswerError> {
        let period = &question.period;
        let end = Timestamp(period.to.0.min(now.0));
        let live = Period { from: Timestamp(end.0 - LIVE_MS), to: end, zone: period.zone.clone() };
        let rows = async {
            Ok(tokio::try_join!(
                store.unknown_refs(period),
                store.active_entry_points(&live),
                store.touchpoint_hours(&live),
                store.policy_events(period),
                store.link_visits(period),
                store.links(),
                store.collection_state(),
            )?)
        };
        let ((unknown, doors, hours, policy, visits, links, state), reconciled) =
            tokio::try_join!(rows, answer_reconciliation(store, question))?;
        // A server's administrator may keep this from us; the page does not depend on it.
        let broken_parts = store.broken_parts().await.map(|parts| parts.len() as u64);
        let broken_parts = broken_parts.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether parts of tables are broken is not known");
            0
        });
        let registered = links.values().map(|link| link.referral_ref.as_str());
        let registered: Vec<&str> = registered.collect();
        let is_meant =
            |door: &ActiveEntryPoint| door.door == "ref" && is_archived(&links, &door.id);
        let doors: Vec<_> = doors.into_iter().filter(|door| !is_meant(door)).collect();
        let (rhythm, watched) = (Rhythm::of(&hours), doors.len());
        Ok(Self {
            unknown_refs: unknown.into_iter().map(|row| unregistered(row, &registered)).collect(),
            lost_refs: visits.into_iter().filter(|row| row.clicks > 0).map(lost_refs).collect(),
            silent: doors
                .into_iter()
                .filter_map(|door| silent(door, end, &rhythm, watched))
                .collect(),
            policy: policy.into_iter().map(policy_row).collect(),
            beside_meta: reconciled.days,
            state,
            broken_parts,
            today: today(now, &period.zone),
        })
    }

    /// What of it somebody should look into.
    pub(crate) fn alerts(&self) -> Vec<Alert> {
        let alert = |kind, about: &str, text| Alert { kind, about: about.to_owned(), text };
        let policy = self.policy.iter().filter(|row| row.action != "unblock").map(|row| {
            let text = say("quality-alert-policy").with("action", &row.action);
            alert("policy", &row.page, text.with("page", &row.page).with("reason", &row.reason))
        });
        let silent = self.silent.iter().map(|row| {
            let text = say("quality-alert-silence").with("door", &row.door).with("id", &row.id);
            let text = text.with("days", Value::Decimal(row.silent_days, 1));
            alert("silence", &row.id, text.with("usual", Value::Decimal(row.usual_per_day, 1)))
        });
        let typos = self.unknown_refs.iter().filter_map(|row| {
            let nearest = row.nearest.as_ref()?;
            let text = say("quality-alert-typo").with("count", row.touchpoints);
            let text = text.with("ref", &row.referral_ref).with("nearest", nearest);
            Some(alert("typo", &row.referral_ref, text))
        });
        let lost =
            self.lost_refs.iter().filter(|row| row.clicks >= LEAST_CLICKS && row.share > 0.5);
        let lost = lost.map(|row| {
            let text = say("quality-alert-lost").with("clicks", row.clicks).with("link", &row.link);
            alert("lost_refs", &row.link, text.with("lost", row.lost))
        });
        let quarantine = (self.state.quarantined > 0).then(|| {
            alert(
                "quarantine",
                "",
                say("quality-alert-quarantine").with("count", self.state.quarantined),
            )
        });
        let broken = (self.broken_parts > 0).then(|| {
            let text = say("quality-alert-broken-parts").with("count", self.broken_parts);
            alert("broken_parts", "", text)
        });
        let unusual = self.beside_meta.iter().filter(|day| day.is_unusual && day.date < self.today);
        let unusual = unusual.map(|day| alert("reconciliation", &day.account_id, unusual_day(day)));
        let ours = broken.into_iter().chain(quarantine);
        policy.chain(silent).chain(unusual).chain(typos).chain(lost).chain(ours).collect()
    }
}

fn today(now: Timestamp, zone: &TimeZone) -> String {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    zone.to_datetime(instant).date().to_string()
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

fn lost_refs(row: LinkVisits) -> LostRefs {
    let lost = row.clicks.saturating_sub(row.arrived);
    let share = share(lost, row.clicks);
    LostRefs { link: row.slug, clicks: row.clicks, arrived: row.arrived, lost, share }
}

/// Whether there are links with a ref, and all are archived: that nobody comes by it is meant.
pub(crate) fn is_archived(links: &Links, referral_ref: &str) -> bool {
    let mut same = links.values().filter(|link| link.referral_ref == referral_ref).peekable();
    same.peek().is_some() && same.all(|link| link.is_archived)
}

fn silent(
    door: ActiveEntryPoint,
    now: Timestamp,
    rhythm: &Rhythm,
    watched: usize,
) -> Option<SilentDoor> {
    let times = (door.first_seen, door.last_seen, now.0);
    let found = silence((door.touchpoints, door.hours), times, rhythm, watched)?;
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

fn unusual_day(day: &ReconciledDay) -> Message {
    let [low, high] = day.usual_band.unwrap_or_default();
    let advice = if day.ours < day.meta { "quality-advice-fewer" } else { "quality-advice-more" };
    say("quality-alert-reconciliation")
        .with("date", &day.date)
        .with("ours", day.ours)
        .with("account", &day.account_id)
        .with("meta", day.meta)
        .with("low", Value::Decimal(low, 0))
        .with("high", Value::Decimal(high, 0))
        .with("advice", say(advice))
}
