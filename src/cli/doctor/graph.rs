//! What Meta says: the token, the ad accounts, each Page's subscriptions and its Get Started button.

use secrecy::{ExposeSecret, SecretString};

use super::checks::skew;
use super::{Finding, Health};
use crate::cli::clock;
use crate::cli::spend;
use crate::config::Settings;
use crate::meta::{AppSubscriptions, Graph, GraphError, PageSetup, Remedy, TokenFacts};

/// Webhook fields without which something is lost, and what.
const FIELDS: [(&str, Health, &str); 12] = [
    ("messages", Health::Bad, "no message comes in"),
    (
        "messaging_postbacks",
        Health::Bad,
        "the ref of new people is lost, and so are taps on buttons",
    ),
    ("messaging_referrals", Health::Bad, "ads and links in existing threads are lost"),
    ("message_echoes", Health::Bad, "your own answers are not seen: nobody counts as answered"),
    ("messaging_optins", Health::Warning, "opt-ins to notifications are not seen"),
    ("message_deliveries", Health::Warning, "deliveries are not seen"),
    ("message_reads", Health::Warning, "read rates stay unknown"),
    (
        "messaging_policy_enforcement",
        Health::Warning,
        "it goes unseen when Meta restricts the Page",
    ),
    (
        "messaging_in_thread_lead_form_submit",
        Health::Warning,
        "forms that people fill in within the thread are not seen: these leads are missing",
    ),
    ("leadgen", Health::Warning, "forms of lead ads are not seen: these leads are missing"),
    (
        "inbox_labels",
        Health::Warning,
        "labels of the inbox are not seen, nor the leads and purchases that they mark",
    ),
    ("feed", Health::Warning, "comments that lead to a thread are not seen"),
];
/// Fields of Instagram accounts and WhatsApp business accounts without which something is lost, and what: an app
/// subscribes to them for all accounts.
const APP_FIELDS: [(&str, &str, Health, &str); 11] = [
    ("instagram", "messages", Health::Bad, "no message and no ad comes in"),
    ("instagram", "messaging_postbacks", Health::Bad, "taps on ice breakers and buttons are lost"),
    ("instagram", "messaging_referral", Health::Bad, "ig.me links into existing threads are lost"),
    ("instagram", "messaging_seen", Health::Warning, "read rates stay unknown"),
    ("instagram", "message_edit", Health::Warning, "edits are not seen"),
    ("instagram", "comments", Health::Warning, "comments that lead to a thread are not seen"),
    (
        "whatsapp_business_account",
        "messages",
        Health::Bad,
        "neither messages nor ads nor your own answers (statuses) come in",
    ),
    (
        "whatsapp_business_account",
        "smb_message_echoes",
        Health::Warning,
        "answers from the WhatsApp Business app are not seen (numbers that are used there too)",
    ),
    ("whatsapp_business_account", "calls", Health::Warning, "calls and missed calls are not seen"),
    (
        "whatsapp_business_account",
        "standby",
        Health::Warning,
        "what Meta's agent or another app answers is not seen",
    ),
    (
        "whatsapp_business_account",
        "messaging_handovers",
        Health::Warning,
        "it is not seen who has the thread",
    ),
];
/// A token that ends within so many days is told of.
const SOON_DAYS: i64 = 14;

/// Everything that Meta has to be asked for.
pub(super) async fn findings(settings: &Settings) -> Vec<Finding> {
    let Ok(graph) = spend::graph(settings) else {
        let told = "meta.access_token is not set: Meta is not asked";
        return vec![
            Finding::new("Meta", Health::Skipped, told).advise(
                "set a system user's token to have spend, and to have its set-up looked at",
            ),
        ];
    };
    let Some(token) = &settings.graph.token else { return Vec::new() };
    let mut findings = Vec::new();
    let mut app_id = String::new();
    match graph.token_facts(token.expose_secret()).await {
        Ok(facts) => {
            app_id.clone_from(&facts.app_id);
            findings.extend(about_token("meta.access_token", &facts, &scopes(settings)));
            findings.extend(clock(&facts));
        }
        Err(error) => findings.push(failed("meta.access_token", &error)),
    }
    for account in &settings.graph.ad_accounts {
        let what = format!("ad account act_{account}");
        findings.push(match graph.ad_account(account).await {
            Ok(found) => {
                let told =
                    format!("{}, {}, days in {}", found.name, found.currency, found.time_zone);
                Finding::new(what, Health::Good, told)
            }
            Err(error) => failed(&what, &error),
        });
    }
    findings.extend(about_app(&graph, settings, &app_id).await);
    for (page, token) in &settings.graph.page_tokens {
        findings.extend(about_page(&graph, page, token, &app_id).await);
    }
    if settings.graph.page_tokens.is_empty() {
        let told =
            "meta.page_tokens names no Page: subscriptions and Get Started are not looked at";
        findings.push(Finding::new("Pages", Health::Skipped, told));
    }
    findings
}

/// What the token has to be allowed for what the settings ask.
fn scopes(settings: &Settings) -> Vec<&'static str> {
    let mut scopes = Vec::new();
    if !settings.graph.ad_accounts.is_empty() {
        scopes.push("ads_read");
    }
    if !settings.feedback.datasets.is_empty() {
        scopes.push("page_events");
    }
    if !settings.graph.whatsapp_business_accounts.is_empty() {
        scopes.push("whatsapp_business_management");
    }
    scopes
}

fn about_token(what: &str, facts: &TokenFacts, scopes: &[&str]) -> Vec<Finding> {
    if !facts.is_valid {
        let told = facts.problem.clone().unwrap_or_else(|| "it is not valid".to_owned());
        return vec![
            Finding::new(what, Health::Bad, told).advise("make a new one in Business settings"),
        ];
    }
    let mut findings = Vec::new();
    let missing: Vec<&str> =
        scopes.iter().copied().filter(|scope| !facts.scopes.contains(*scope)).collect();
    findings.push(if missing.is_empty() {
        let scopes: Vec<&str> = facts.scopes.iter().map(String::as_str).collect();
        Finding::new(what, Health::Good, format!("valid, may {}", scopes.join(", ")))
    } else {
        let told = format!("it lacks {}", missing.join(", "));
        Finding::new(what, Health::Bad, told)
            .advise("grant it to the system user, and make a new token")
    });
    for (ends, how) in
        [(facts.expires_at, "ends"), (facts.data_access_expires_at, "reads no data after")]
    {
        let Some(ends) = ends else { continue };
        let days = (ends - clock::now() / 1000).div_euclid(86_400);
        let date = jiff::Timestamp::from_second(ends)
            .map_or_else(|_| ends.to_string(), |at| at.strftime("%Y-%m-%d").to_string());
        let health = match days {
            ..0 => Health::Bad,
            0..SOON_DAYS => Health::Warning,
            _ => Health::Good,
        };
        let finding = Finding::new(what, health, format!("{how} {date}, in {days} days"));
        let advice = "a system user's token can be made without an end";
        findings.push(if health == Health::Good { finding } else { finding.advise(advice) });
    }
    findings
}

/// What the app gets webhooks of for Instagram and WhatsApp, as its secret lets us see; the secret of the token's app
/// is one of the settings'.
async fn about_app(graph: &Graph, settings: &Settings, app_id: &str) -> Vec<Finding> {
    let mut last = None;
    for secret in settings.app_secrets.iter().filter(|_| !app_id.is_empty()) {
        let token = SecretString::from(format!("{app_id}|{}", secret.expose_secret()));
        match graph.with_token(token).app_subscriptions(app_id).await {
            Ok(subscribed) => return about_subscriptions(&subscribed),
            Err(error) => last = Some(error),
        }
    }
    let untold = last.map(|error| {
        let told = format!("its webhooks could not be looked at: {error}");
        Finding::new(format!("app {app_id}"), Health::Warning, told).advise(
            "is the secret of this app, to which meta.access_token belongs, in meta.app_secrets?",
        )
    });
    untold.into_iter().collect()
}

fn about_subscriptions(subscribed: &AppSubscriptions) -> Vec<Finding> {
    let objects = [("instagram", "Instagram"), ("whatsapp_business_account", "WhatsApp")];
    let mut findings = Vec::new();
    for (object, what) in objects {
        let Some(fields) = subscribed.get(object) else {
            let told = "the app gets no webhooks of it";
            findings.push(Finding::new(what, Health::Skipped, told));
            continue;
        };
        let needed = || APP_FIELDS.iter().filter(|(of, ..)| *of == object);
        let missing = needed().filter(|(_, field, ..)| !fields.contains(*field));
        let missing = missing.map(|(_, field, health, lost)| {
            Finding::new(what, *health, format!("the app is not subscribed to {field}: {lost}"))
                .advise("add the field: the app's Webhooks settings, or POST /APP/subscriptions")
        });
        let before = findings.len();
        findings.extend(missing);
        if findings.len() == before {
            let told = format!("the app is subscribed to all {} fields", needed().count());
            findings.push(Finding::new(what, Health::Good, told));
        }
    }
    findings
}

/// Meta's clock, to the second.
fn clock(facts: &TokenFacts) -> Option<Finding> {
    let theirs = facts.answered_at?;
    Some(skew("Meta's clock", theirs * 1000 + 500 - clock::now()))
}

async fn about_page(graph: &Graph, page: &str, token: &SecretString, app_id: &str) -> Vec<Finding> {
    let what = format!("Page {page}");
    let graph = graph.with_token(token.clone());
    match graph.page_setup(page, app_id).await {
        Ok(setup) => about_setup(&what, &setup),
        Err(error) => vec![failed(&what, &error)],
    }
}

fn about_setup(what: &str, setup: &PageSetup) -> Vec<Finding> {
    let mut findings = Vec::new();
    if setup.has_app {
        findings.push(Finding::new(what, Health::Good, format!("{}, subscribed", setup.name)));
        for (field, health, lost) in FIELDS {
            if !setup.subscribed_fields.contains(field) {
                findings.push(
                    Finding::new(what, health, format!("it is not subscribed to {field}: {lost}"))
                        .advise("add the field: POST /PAGE/subscribed_apps, or the app's Messenger settings"),
                );
            }
        }
    } else {
        findings.push(Finding::new(what, Health::Bad, "it sends no webhooks to this app").advise(
            "subscribe the app: POST /PAGE/subscribed_apps, or the app's Messenger settings",
        ));
    }
    if !setup.has_get_started {
        findings.push(
            Finding::new(
                what,
                Health::Bad,
                "it has no Get Started button: the ref of everybody who is new is lost",
            )
            .advise("POST /me/messenger_profile {\"get_started\": {\"payload\": \"GET_STARTED\"}}"),
        );
    }
    findings
}

fn failed(what: &str, error: &GraphError) -> Finding {
    let finding = Finding::new(what, Health::Bad, error.to_string());
    match error.remedy() {
        Remedy::Authorise => finding.advise("renew the token, or grant it more"),
        Remedy::Stop => finding.advise("see the id, and that the token's user has a role there"),
        _ => finding.advise("try again later"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const README: &str = include_str!("../../../README.md");
    const CONNECTING: &str = include_str!("../../../docs/start/connecting.md");

    /// What a document has in code between two of its words.
    fn named<'a>(document: &'a str, begin: &str, end: &str) -> BTreeSet<&'a str> {
        let (_, rest) = document.split_once(begin).unwrap_or_else(|| panic!("{begin:?} is gone"));
        let (part, _) = rest.split_once(end).unwrap_or_else(|| panic!("{end:?} is gone"));
        part.split('`').skip(1).step_by(2).collect()
    }

    #[test]
    fn the_documents_name_the_fields_that_are_asked_for() {
        let of_pages: BTreeSet<&str> = FIELDS.iter().map(|(field, ..)| *field).collect();
        assert_eq!(of_pages.len(), FIELDS.len());
        assert_eq!(named(README, "Subscribe the Page to", "; an Instagram account"), of_pages);
        assert_eq!(named(CONNECTING, "\"Add subscriptions\" for the Page:", "`doctor`"), of_pages);
        for (object, begin, end) in [
            ("instagram", "; an Instagram account to", "; a WhatsApp number"),
            ("whatsapp_business_account", "; a WhatsApp number to", "`doctor`"),
        ] {
            let fields = APP_FIELDS.iter().filter(|(of, ..)| *of == object);
            let fields: BTreeSet<&str> = fields.map(|(_, field, ..)| *field).collect();
            assert_eq!(named(README, begin, end), fields, "{object}");
        }
    }
}
