//! What is to be known of days: what somebody wrote, and what the store tells by itself. Charts over days show it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use crate::domain::{Period, Timestamp};
use crate::language::{Message, say};
use crate::store::{FirstSpend, IncidentRow, PolicyEvent, SpendImport, Store, WrittenAnnotation};

/// Annotations of a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnnotationsReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// By day.
    pub annotations: Vec<Annotation>,
}

/// Something that is to be known of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Annotation {
    /// By which it can be removed; `null` of what the store tells by itself.
    pub id: Option<String>,
    /// The day.
    pub day: String,
    /// `manual`, `policy`, `outage`, `campaign_started`, `ad_started` or `spend_imported`.
    pub kind: &'static str,
    /// What it is.
    #[schema(value_type = String)]
    pub text: Message,
    /// The Page that it is about; `null`: all.
    pub page: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written, RFC 3339.
    pub made_at: Option<String>,
}

/// Annotations of the days that a period touches.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_annotations(
    store: &Store,
    period: &Period,
) -> Result<AnnotationsReport, AnswerError> {
    let (written, policy, first_spend, imports, incidents) = tokio::try_join!(
        store.annotations(period),
        store.policy_events(period),
        store.first_spend(period),
        store.spend_imports(period),
        store.incidents(period.from, ""),
    )?;
    let own = written.into_iter().map(Annotation::from);
    let policy = policy.into_iter().map(|event| of_policy(event, period));
    let begun = first_spend.iter().map(of_first_spend);
    let imports = of_imports(&imports, period);
    let outages = incidents.iter().filter_map(|incident| of_outage(incident, period));
    let mut annotations: Vec<Annotation> =
        own.chain(policy).chain(outages).chain(begun).chain(imports).collect();
    // Those of one day stay in the order above: what somebody wrote is first.
    annotations.sort_by(|one, other| one.day.cmp(&other.day));
    Ok(AnnotationsReport {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        annotations,
    })
}

impl From<WrittenAnnotation> for Annotation {
    fn from(written: WrittenAnnotation) -> Self {
        let WrittenAnnotation { id, day, text, page_id, made_by, made_at, .. } = written;
        Self {
            id: Some(id),
            text: say("annotation-manual").with("text", text),
            page: Some(page_id).filter(|page| !page.is_empty()),
            author: Some(made_by),
            made_at: Some(made_at.to_rfc3339()),
            ..automatic(day, "manual", say(""))
        }
    }
}

fn automatic(day: Date, kind: &'static str, text: Message) -> Annotation {
    let day = day.to_string();
    Annotation { id: None, day, kind, text, page: None, author: None, made_at: None }
}

fn of_policy(event: PolicyEvent, period: &Period) -> Annotation {
    let PolicyEvent { time, page_id, action, reason } = event;
    let text = say("annotation-policy").with("action", action).with("page", &page_id);
    let text = text.with("reason", reason);
    Annotation { page: Some(page_id), ..automatic(day_of(Timestamp(time), period), "policy", text) }
}

/// An incident of webhooks that stopped, on the day on which it was found.
fn of_outage(incident: &IncidentRow, period: &Period) -> Option<Annotation> {
    let reason: serde_json::Value = serde_json::from_str(&incident.reason).ok()?;
    let is_outage = reason["kind"] == "webhooks_stopped" && period.contains(incident.opened_at);
    let minutes = (incident.last_seen_at - incident.opened_at) / 60_000
        + reason["minutes"].as_i64().unwrap_or(0);
    let text = say("annotation-outage").with("minutes", minutes.unsigned_abs());
    let day = day_of(Timestamp(incident.opened_at), period);
    is_outage.then(|| automatic(day, "outage", text))
}

fn of_first_spend(begun: &FirstSpend) -> Annotation {
    let (kind, name) = match begun.kind.as_str() {
        "campaign" => ("campaign_started", "annotation-campaigns"),
        _ => ("ad_started", "annotation-ads"),
    };
    let more = begun.many.saturating_sub(begun.names.len() as u64);
    let text = say(name).with("count", begun.many).with("names", begun.names.join(", "));
    automatic(begun.day, kind, text.with("more", more))
}

/// One of each day, whatever number of files it was.
fn of_imports(imports: &[SpendImport], period: &Period) -> Vec<Annotation> {
    let mut days: BTreeMap<Date, (u64, Date, Date)> = BTreeMap::new();
    for import in imports {
        let day = day_of(import.imported_at, period);
        let known = days.entry(day).or_insert((0, import.first, import.last));
        known.0 += import.ad_days;
        known.1 = known.1.min(import.first);
        known.2 = known.2.max(import.last);
    }
    let told = |(day, (count, first, last)): (Date, (u64, Date, Date))| {
        let text = say("annotation-spend").with("count", count);
        let text = text.with("first", first.to_string()).with("last", last.to_string());
        automatic(day, "spend_imported", text)
    };
    days.into_iter().map(told).collect()
}

fn day_of(instant: Timestamp, period: &Period) -> Date {
    let instant = jiff::Timestamp::from_millisecond(instant.0).unwrap_or_default();
    period.zone.to_datetime(instant).date()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn imports_of_one_day_are_one_annotation_in_the_zone_of_the_period() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let period = Period::new(Timestamp(0), Timestamp(i64::MAX), zone).unwrap();
        // 2026-11-01, 20:00 and 22:00 in London: the 2nd in Tokyo.
        let import = |hour: i64, first: i8, last: i8| SpendImport {
            imported_at: Timestamp(1_793_491_200_000 + hour * 3_600_000),
            ad_days: 10,
            first: date(2026, 10, first),
            last: date(2026, 10, last),
        };
        let told = of_imports(&[import(20, 5, 6), import(22, 3, 4)], &period);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].day, "2026-11-02");
        assert_eq!(
            told[0].text.to_string(),
            "Spend was imported: 20 ad days, 2026-10-03 to 2026-10-06"
        );
    }

    #[test]
    fn an_outage_is_an_incident_of_webhooks_that_stopped() {
        let period = Period::new(Timestamp(0), Timestamp(86_400_000), TimeZone::UTC).unwrap();
        let incident = |kind: &str, opened_at: i64| IncidentRow {
            id: "1".to_owned(),
            rule: "webhooks-stopped".to_owned(),
            about: String::new(),
            reason: format!("{{\"kind\":\"{kind}\",\"minutes\":30,\"expected\":9.0}}"),
            severity: "high".to_owned(),
            opened_at,
            last_seen_at: opened_at + 600_000,
            closed_at: None,
            acknowledged_by: String::new(),
            snoozed_until: None,
            is_muted: false,
            version: 0,
        };
        let told = of_outage(&incident("webhooks_stopped", 5), &period).unwrap();
        assert_eq!((told.kind, told.day.as_str()), ("outage", "1970-01-01"));
        assert_eq!(told.text.to_string(), "No webhook came for 40 minutes");
        assert!(of_outage(&incident("unusual", 5), &period).is_none());
        assert!(of_outage(&incident("webhooks_stopped", 86_400_000), &period).is_none());
    }

    #[test]
    fn what_began_is_told_by_three_names_and_how_many_more() {
        let begun = |many: u64, names: &[&str]| FirstSpend {
            day: date(2026, 11, 2),
            kind: "ad".to_owned(),
            many,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let told = of_first_spend(&begun(5, &["A", "B", "C"]));
        assert_eq!(told.kind, "ad_started");
        assert_eq!(told.text.to_string(), "5 ads began to cost money: A, B, C and 2 more");
        let one = of_first_spend(&begun(1, &["A"])).text.to_string();
        assert_eq!(one, "An ad began to cost money: A");
    }
}
