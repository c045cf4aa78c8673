//! The script of one person on WhatsApp, and its JSON: by number, by business-scoped user id or by both; answers that
//! statuses tell, some of which never arrive; messages that are taken back, calls that nobody takes, another app that
//! answers. WhatsApp counts whole seconds.

use rand::{Rng, RngExt};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::delivery::{Happening, Object};
use super::rhythm::{delay, moment};
use super::world::{Chances, EntryPoint};
use super::{Plan, Truth, story, variation};
use crate::domain::{CONVERSATION_GAP_MS, DAY_MS, Source};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The business account and its number.
pub(super) const ACCOUNT: &str = "204857600000001";
const NUMBER: &str = "104857600000009";
const DIALLED: &str = "33180000001";
/// Countries of people: calling code with the first digits of a mobile number, digits behind it, name.
pub(super) const COUNTRIES: [(&str, usize, &str); 4] =
    [("336", 8, "FR"), ("491512", 7, "DE"), ("55119", 8, "BR"), ("4474", 8, "GB")];
/// Stages behind `opened`.
const MESSAGED: usize = 1;
const ANSWERED: usize = 2;
const ENGAGED: usize = 3;
const LEAD: usize = 4;
const PURCHASE: usize = 5;

/// How people go on; whoever comes here has written.
const CHANCES: Chances = Chances { writes: 100, is_answered: 88, engages: 70, leads: 45, buys: 40 };

/// How a person is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Number,
    UserId,
    Both,
}

/// The traffic has ended: nothing more happens.
struct Over;

/// Plays one person and books the outcome. `ads` are those that lead here.
pub(super) fn play(
    ads: &[&EntryPoint],
    plan: Plan,
    index: u64,
    random: &mut impl Rng,
    truth: &mut Truth,
) -> Vec<Happening> {
    let (prefix, digits, country) = COUNTRIES[random.random_range(0..COUNTRIES.len())];
    let named = match random.random_range(0..100) {
        0..55 => Named::Both,
        55..80 => Named::UserId,
        _ => Named::Number,
    };
    let mut script = Script {
        plan,
        named,
        number: format!("{prefix}{index:0digits$}"),
        user_id: format!("{country}.{}", 9_000_000_000_000_u64 + index),
        now: moment(plan, random),
        random,
        truth,
        events: Vec::new(),
        messages: 0,
    };
    for visit in 0..3 {
        script.now += (-script.now).rem_euclid(SECOND);
        if script.visit(ads).is_err() || !script.chance(if visit == 0 { 12 } else { 25 }) {
            break;
        }
        script.now += CONVERSATION_GAP_MS + delay(2 * DAY_MS, script.random);
    }
    script.events
}

struct Script<'a, R> {
    plan: Plan,
    named: Named,
    number: String,
    user_id: String,
    /// Time of the latest event; only moves forward, by whole seconds.
    now: i64,
    random: &'a mut R,
    truth: &'a mut Truth,
    events: Vec<Happening>,
    messages: u64,
}

impl<R: Rng> Script<'_, R> {
    fn visit(&mut self, ads: &[&EntryPoint]) -> Result<(), Over> {
        let ad = self.chance(70).then(|| ads[self.random.random_range(0..ads.len())]);
        let ad = ad.filter(|ad| story::is_there(self.plan, ad, self.now));
        let (opened, mut stages) = (self.now, 0);
        let source = ad.map_or(Source::Organic, |_| Source::Ad).as_str();
        self.open(ad)?;
        let outcome = self.go_on(source, &mut stages);
        let ad_id = ad.map_or("", |ad| ad.ad_id);
        self.truth.conversation(NUMBER, source, ad_id, (opened, stages));
        outcome
    }

    /// The first message with the ad that led to it, or a call.
    fn open(&mut self, ad: Option<&EntryPoint>) -> Result<(), Over> {
        if ad.is_none() && self.chance(15) {
            let call = self.call("connect", "");
            self.push("calls", call, 1)?;
            self.now += 20 * SECOND;
            let missed = self.call("terminate", "REJECTED");
            // Should the traffic end in between, somebody has called all the same.
            self.push("calls", missed, 1).ok();
            return Ok(());
        }
        let mut message = self.message("Hello, is this still on?");
        if let Some(ad) = ad {
            message["referral"] = json!({
                "source_type": "ad", "source_id": ad.ad_id, "source_url": "https://fb.me/bakery",
                "headline": ad.ad_title, "media_type": "image",
                "ctwa_clid": format!("AR{:016x}", self.random.random_range(0..u64::MAX)),
            });
        }
        self.push("messages", message, 1)
    }

    fn go_on(&mut self, source: &'static str, stages: &mut usize) -> Result<(), Over> {
        let chances = variation::chances(self.plan, self.now, CHANCES);
        *stages = MESSAGED;
        if !self.chance(chances.is_answered) {
            return Ok(());
        }
        if self.chance(4) {
            // It was sent, and never arrived.
            let mid = self.answer("sent", 1)?;
            self.now += SECOND;
            let failed = self.status(&mid, "failed");
            self.push("statuses", failed, 0)?;
            self.truth.undelivered += 1;
            return Ok(());
        }
        let how = if self.chance(10) { "delivered" } else { "sent" };
        let mid = self.answer(how, if how == "sent" { 1 } else { 2 })?;
        *stages = ANSWERED;
        if self.chance(60) {
            self.now += SECOND;
            let read = self.status(&mid, "read");
            self.push("statuses", read, 1)?;
        }
        if !self.chance(chances.engages) {
            return Ok(());
        }
        self.pass(5 * MINUTE);
        let written = self.message("What does it cost?");
        self.push("messages", written.clone(), 1)?;
        *stages = ENGAGED;
        if self.chance(3) {
            self.now += SECOND;
            let mut revoked = self.message("");
            revoked["type"] = json!("revoke");
            revoked["revoke"] = json!({ "original_message_id": written["id"] });
            self.push("messages", revoked, 1)?;
        }
        self.answer("sent", 1)?;
        if !self.chance(chances.leads) {
            return Ok(());
        }
        self.pass(4 * MINUTE);
        self.tap("LEAD_CALLBACK")?;
        self.truth.conversion(source, None);
        *stages = LEAD;
        if !self.chance(chances.buys) {
            return Ok(());
        }
        self.template(source)?;
        self.pass(20 * HOUR);
        let value = Decimal::new(self.random.random_range(450..12_000), 2);
        self.tap(&format!("PURCHASE:{value}:EUR"))?;
        self.truth.conversion(source, Some((value, "EUR")));
        *stages = PURCHASE;
        Ok(())
    }

    /// The business answers: the first status that tells so, which stands for `events` of ours.
    fn answer(&mut self, status: &str, events: u64) -> Result<String, Over> {
        self.pass(3 * MINUTE);
        let mid = self.mid();
        let told = self.status(&mid, status);
        self.push("statuses", told, events)?;
        Ok(mid)
    }

    /// The offer whose button is tapped: charged for, but free to who came by an ad within three days.
    fn template(&mut self, source: &str) -> Result<(), Over> {
        self.now += MINUTE;
        let mid = self.mid();
        let mut told = self.status(&mid, "delivered");
        let is_free = source == Source::Ad.as_str();
        told["pricing"] = json!({
            "billable": !is_free, "pricing_model": "PMP", "category": "marketing",
            "type": if is_free { "free_entry_point" } else { "regular" },
        });
        self.push("statuses", told, 2)
    }

    /// A button of a template.
    fn tap(&mut self, payload: &str) -> Result<(), Over> {
        let mut tapped = self.message("");
        tapped["type"] = json!("button");
        tapped["button"] = json!({ "text": "Yes", "payload": payload });
        self.push("messages", tapped, 1)
    }

    fn message(&mut self, text: &str) -> Value {
        let mut message =
            json!({ "id": self.mid(), "timestamp": self.timestamp(), "type": "text" });
        if !text.is_empty() {
            message["text"] = json!({ "body": text });
        }
        if self.named != Named::UserId {
            message["from"] = json!(self.number);
        }
        if self.named != Named::Number {
            message["from_user_id"] = json!(self.user_id);
        }
        message
    }

    fn call(&mut self, event: &str, status: &str) -> Value {
        let mut call = json!({
            "id": self.mid(), "event": event, "direction": "USER_INITIATED", "to": DIALLED,
            "timestamp": self.timestamp(), "status": status,
        });
        if self.named != Named::UserId {
            call["from"] = json!(self.number);
        }
        if self.named != Named::Number {
            call["from_user_id"] = json!(self.user_id);
        }
        call
    }

    fn status(&mut self, mid: &str, status: &str) -> Value {
        let mut told = json!({
            "id": mid, "status": status, "timestamp": self.timestamp(),
            "pricing": { "billable": false, "pricing_model": "PMP", "category": "service",
                "type": "free_customer_service" },
        });
        if self.named != Named::UserId {
            told["recipient_id"] = json!(self.number);
        }
        if self.named != Named::Number {
            told["recipient_user_id"] = json!(self.user_id);
        }
        told
    }

    fn timestamp(&self) -> String {
        self.now.div_euclid(SECOND).to_string()
    }

    fn pass(&mut self, typical: i64) {
        let passed = delay(typical, self.random).min(12 * HOUR);
        self.now += passed - passed.rem_euclid(SECOND);
    }

    /// One item of a list in a change of its own; `events` of ours stand for it that no other item tells.
    fn push(&mut self, list: &str, item: Value, events: u64) -> Result<(), Over> {
        if self.now >= self.plan.to.0 {
            return Err(Over);
        }
        self.truth.events += events;
        let mut lists = json!({ list: [item] });
        if list == "messages" {
            let mut contact = json!({ "profile": { "name": "Ana" } });
            if self.named != Named::UserId {
                contact["wa_id"] = json!(self.number);
            }
            if self.named != Named::Number {
                contact["user_id"] = json!(self.user_id);
            }
            lists["contacts"] = json!([contact]);
        }
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": DIALLED, "phone_number_id": NUMBER },
        });
        // What another app answers stands one level deeper.
        if list == "statuses" && self.chance(5) {
            value["standby"] = lists;
        } else if let (Some(value), Value::Object(lists)) = (value.as_object_mut(), lists) {
            value.extend(lists);
        }
        self.events.push(Happening {
            time: self.now,
            page: ACCOUNT,
            object: Object::WhatsApp,
            list: "changes",
            item: json!({ "field": "messages", "value": value }),
        });
        Ok(())
    }

    fn mid(&mut self) -> String {
        self.messages += 1;
        let name = if self.named == Named::UserId { &self.user_id } else { &self.number };
        format!("wamid.{name}.{}", self.messages)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }
}
