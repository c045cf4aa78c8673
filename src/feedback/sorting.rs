//! What may be sent, and what may not. No I/O.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::FeedbackSettings;
use crate::domain::Timestamp;
use crate::meta::{MessagingChannel, MessagingEvent, WhatsAppClick};
use crate::store::{Candidate, Told};

/// Candidates, sorted.
#[derive(Debug, Default, PartialEq)]
pub struct Sorted {
    /// What may be sent, by dataset.
    pub due: BTreeMap<String, Vec<MessagingEvent>>,
    /// What may not, and why: those of which that is news.
    pub kept: Vec<Told>,
    /// How many wait for the consent of their people.
    pub withheld: usize,
    /// Pages without a dataset, and how many events they have.
    pub without_dataset: BTreeMap<String, usize>,
    /// WhatsApp numbers whose business account no webhook has told yet, and how many events they have.
    pub without_account: BTreeMap<String, usize>,
    /// Versions of what is known of those that may be sent, by event.
    pub known: BTreeMap<String, u64>,
}

/// Sorts at an instant (UTC milliseconds).
#[must_use]
pub fn sort(candidates: &[Candidate], settings: &FeedbackSettings, now: i64) -> Sorted {
    let mut sorted = Sorted::default();
    for candidate in candidates {
        let Some(event_name) = settings.events.get(&candidate.name) else { continue };
        let told = |status: &str, reason: &str| Told {
            event_id: candidate.event_id.clone(),
            event_name: event_name.clone(),
            page_id: candidate.page_id.clone(),
            person_id: candidate.person_id.clone(),
            time: candidate.time,
            status: status.to_owned(),
            reason: reason.to_owned(),
            trace: String::new(),
            version: Timestamp(now).micros().max(candidate.version.saturating_add(1)),
        };
        let no_consent = missing_consent(candidate, settings.require_consent);
        if now - candidate.time > settings.max_age_ms {
            let late = "older than Meta takes it, or older than the feedback".to_owned();
            let without = dataset(candidate, settings).is_none();
            let why = no_consent.or(without.then_some("its Page had no dataset (meta.datasets)"));
            let reason = why.map_or(late, |why| format!("too old; until then {why}"));
            sorted.kept.push(told("expired", &reason));
        } else if let Some(reason) = no_consent {
            sorted.withheld += 1;
            if candidate.status != "withheld" {
                sorted.kept.push(told("withheld", reason));
            }
        } else if candidate.channel == "whatsapp" && candidate.business_account.is_empty() {
            *sorted.without_account.entry(candidate.page_id.clone()).or_default() += 1;
        } else if let Some(dataset) = dataset(candidate, settings) {
            if candidate.version > 0 {
                sorted.known.insert(candidate.event_id.clone(), candidate.version);
            }
            sorted.due.entry(dataset.clone()).or_default().push(event(candidate, event_name));
        } else {
            *sorted.without_dataset.entry(candidate.page_id.clone()).or_default() += 1;
        }
    }
    sorted
}

/// The dataset of the Page, of the account or number, or of a number's business account.
fn dataset<'a>(candidate: &Candidate, settings: &'a FeedbackSettings) -> Option<&'a String> {
    let of_account = || settings.datasets.get(&candidate.business_account);
    settings.datasets.get(&candidate.page_id).or_else(of_account)
}

fn missing_consent(candidate: &Candidate, is_required: bool) -> Option<&'static str> {
    // The report's own word is one of the person's: where theirs is no, it came later.
    match (candidate.consent, candidate.person_consent) {
        (Some(0), _) | (_, Some(0)) => Some("the person does not agree"),
        (None, None) if is_required => Some("the person's consent is not known"),
        _ => None,
    }
}

fn event(candidate: &Candidate, name: &str) -> MessagingEvent {
    let value = candidate.value_e4.map(|value| Decimal::new(value, 4).normalize().to_string());
    MessagingEvent {
        event_id: candidate.event_id.clone(),
        name: name.to_owned(),
        time: candidate.time,
        channel: match candidate.channel.as_str() {
            "instagram" => MessagingChannel::Instagram,
            "whatsapp" => MessagingChannel::WhatsApp,
            _ => MessagingChannel::Messenger,
        },
        click: (candidate.channel == "whatsapp").then(|| WhatsAppClick {
            business_account: candidate.business_account.clone(),
            ctwa_clid: candidate.ctwa_clid.clone(),
        }),
        page: candidate.page_id.clone(),
        person: candidate.person_id.clone(),
        value: value.map(|value| (value, candidate.currency.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, age_days: i64) -> Candidate {
        Candidate {
            event_id: id.to_owned(),
            page_id: "7".to_owned(),
            person_id: "ann".to_owned(),
            channel: "messenger".to_owned(),
            name: "purchase".to_owned(),
            time: -age_days * crate::domain::DAY_MS,
            value_e4: Some(499_000),
            currency: "EUR".to_owned(),
            business_account: String::new(),
            ctwa_clid: String::new(),
            consent: None,
            person_consent: None,
            status: String::new(),
            version: 0,
        }
    }

    fn settings(require_consent: bool) -> FeedbackSettings {
        FeedbackSettings {
            events: [("purchase".to_owned(), "Purchase".to_owned())].into(),
            datasets: [("7".to_owned(), "77".to_owned())].into(),
            max_age_ms: 7 * crate::domain::DAY_MS,
            require_consent,
            ..FeedbackSettings::default()
        }
    }

    #[test]
    fn what_is_too_old_or_not_agreed_to_stays_here() {
        let mut all: Vec<Candidate> =
            [0, 6, 8].iter().map(|age| candidate(&age.to_string(), *age)).collect();
        all.push(Candidate { consent: Some(0), ..candidate("no", 0) });
        all.push(Candidate { person_consent: Some(0), ..candidate("not any more", 0) });
        let [yes, no] = [Some(1), Some(0)];
        all.push(Candidate { consent: yes, person_consent: no, ..candidate("taken back", 0) });
        all.push(Candidate { consent: no, person_consent: yes, ..candidate("not this one", 0) });
        all.push(Candidate { consent: yes, person_consent: yes, ..candidate("this one", 0) });
        all.push(Candidate { page_id: "8".to_owned(), ..candidate("elsewhere", 0) });
        all.push(Candidate { page_id: "8".to_owned(), ..candidate("elsewhere and old", 8) });
        all.push(Candidate { name: "visit".to_owned(), ..candidate("another goal", 0) });
        let sorted = sort(&all, &settings(false), 0);
        let ids: Vec<&str> = sorted.due["77"].iter().map(|event| event.event_id.as_str()).collect();
        assert_eq!(ids, ["0", "6", "this one"]);
        assert_eq!(sorted.due["77"][0].value, Some(("49.9".to_owned(), "EUR".to_owned())));
        let kept: Vec<(&str, &str)> =
            sorted.kept.iter().map(|told| (told.event_id.as_str(), told.status.as_str())).collect();
        let withheld = ["no", "not any more", "taken back", "not this one"];
        assert_eq!(kept[0], ("8", "expired"));
        assert_eq!(kept.last(), Some(&("elsewhere and old", "expired")));
        assert!(sorted.kept.last().unwrap().reason.ends_with("had no dataset (meta.datasets)"));
        assert_eq!(kept[1..kept.len() - 1], withheld.map(|id| (id, "withheld")));
        assert_eq!(sorted.without_dataset["8"], 1);
        let strict = sort(&all, &settings(true), 0);
        assert_eq!((strict.due["77"].len(), strict.withheld), (1, 7));
        // Behind what was said before, though the clock was put back since.
        let earlier = [Candidate { version: 9_000_000, ..all[3].clone() }];
        assert_eq!(sort(&earlier, &settings(false), 0).kept[0].version, 9_000_001);
        let again = [Candidate { version: 9_000_000, ..all[0].clone() }];
        assert_eq!(sort(&again, &settings(false), 0).known["0"], 9_000_000);
        // On WhatsApp by the click, with the dataset of the number or of its business account.
        let mut whatsapp = Candidate {
            channel: "whatsapp".to_owned(),
            page_id: "106".to_owned(),
            ctwa_clid: "ARAk".to_owned(),
            ..candidate("chat", 0)
        };
        let waiting = sort(&[whatsapp.clone()], &settings(false), 0);
        assert_eq!((waiting.due.len(), waiting.without_account["106"]), (0, 1));
        whatsapp.business_account = "7".to_owned();
        let due = sort(&[whatsapp], &settings(false), 0).due;
        let user = due["77"][0].to_json();
        assert_eq!(user["messaging_channel"], "whatsapp");
        let expected =
            serde_json::json!({ "whatsapp_business_account_id": "7", "ctwa_clid": "ARAk" });
        assert_eq!(user["user_data"], expected);
        // It is said once.
        let known = [Candidate { status: "withheld".to_owned(), ..all[3].clone() }];
        assert_eq!(sort(&known, &settings(false), 0).kept, []);
    }
}
