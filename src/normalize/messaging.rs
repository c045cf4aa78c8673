//! Items of `messaging[]` and `standby[]`: what people and businesses do in a thread.

use serde_json::Value;

use super::identity::{canonical, event_id};
use super::labels::Label;
use super::{Context, Read, Settings, privacy, referral, wire};
use crate::domain::{Channel, Event, EventId, Kind, Timestamp, Touch};

/// Fields of an item that are its circumstances, not its kind.
const CIRCUMSTANCES: [&str; 7] =
    ["sender", "recipient", "timestamp", "prior_message", "messaging_type", "tag", "hop_context"];

/// Kinds that carry another's key beside their own come first.
const KNOWN: [&str; 7] =
    ["message", "postback", "optin", "delivery", "read", "referral", "message_edit"];
/// An item that says only when and who and this is a form that was filled in.
const FORM: &str = "form_id";
const FORM_EVENT: &str = "messaging_in_thread_lead_form_submit";

/// The event in one item (a list, for the sake of kinds that hold several).
pub(super) fn events(item: &Value, context: &Context<'_>) -> Result<Read, String> {
    let fields = item.as_object().ok_or("a messaging item is a JSON object")?;
    let key = KNOWN
        .into_iter()
        .find(|key| fields.get(*key).is_some_and(Value::is_object))
        .or_else(|| {
            let mut others = fields.keys().map(String::as_str);
            others.find(|key| !CIRCUMSTANCES.contains(key))
        })
        .ok_or("the item says nothing but who and when")?;
    // A form within the thread has its id beside sender and time, or in an object.
    let (key, body) = match key {
        FORM => (FORM_EVENT, item),
        key => (key, &fields[key]),
    };
    let own_time = wire::time(item, "timestamp");
    let sender = party(&item["sender"]);
    let recipient = party(&item["recipient"]);
    let known_page = Some(context.page.clone()).filter(|page| !matches!(page.as_str(), "" | "0"));
    // What the Page sends is an echo, even if nothing else says so.
    let is_from_page =
        known_page.as_ref().is_some_and(|page| *page == sender && *page != recipient);
    let is_to_itself = !sender.is_empty() && sender == recipient;
    // Threads that are nobody's: those of groups, and the business's with itself.
    let nobodys = if is_group(item, body) {
        Some("group")
    } else if is_to_itself || wire::flag(item, "is_self") || wire::flag(body, "is_self") {
        Some("self")
    } else {
        None
    };
    let is_summary = is_lead_summary(item, body);
    let kind = match kind_of(key, body) {
        _ if nobodys.is_some() || is_summary => Kind::Other,
        Kind::Message if is_from_page => Kind::Echo,
        // What else the Page does is no act of a person.
        kind if is_from_page && kind != Kind::Echo => Kind::Other,
        kind => kind,
    };
    // In an echo the person is the recipient, and of whatever else the Page does; but never the Page.
    let is_to_person =
        is_from_page || kind == Kind::Echo && known_page.as_ref() != Some(&recipient);
    let (person, page_side) = if is_to_person { (recipient, sender) } else { (sender, recipient) };
    let person = if person.is_empty() { user_ref(body) } else { person };
    let page = known_page.unwrap_or(page_side);
    let mid = wire::text(body, "mid");
    let keep_text = context.settings.store_message_text;
    let (time, time_origin) = context.time(own_time);
    let name = match nobodys {
        Some(whose) => format!("{whose}_{key}"),
        None if is_summary => "lead_summary".to_owned(),
        None => other_name(kind, key, body),
    };
    // What is somebody's is another event than the same that is nobody's.
    let what = if nobodys.is_some() { &name } else { key };
    let id = identify(kind, what, body, &mid, own_time.or(context.entry_time), &page, &person);
    let payload = payload(key, body);
    let event = Event {
        aliases: Vec::from_iter(alias(item, body, &person)),
        page,
        person: if nobodys.is_some() { String::new() } else { person },
        time,
        time_origin,
        kind,
        mid,
        contacts: contacts(kind, body, &payload),
        payload,
        text: if keep_text { wire::text(body, "text") } else { String::new() },
        app_id: wire::text(body, "app_id"),
        persona_id: wire::text(body, "persona_id"),
        tag: tag(item, body),
        touch: touch(kind, item, context.settings),
        raw: privacy::raw(item, keep_text, context.settings.mark_key),
        ..context.event(id, &name)
    };
    if event.channel == Channel::Messenger && event.page.is_empty() && event.person.is_empty() {
        return Err("neither page nor person: no sender, no recipient and no entry id".to_owned());
    }
    if event.person.is_empty() && event.kind.is_somebodys() {
        return Err(format!("{} of nobody: no sender and no recipient", event.kind.as_str()));
    }
    let lead = lead(item, &event, own_time.or(context.entry_time));
    Ok(std::iter::once(event).chain(lead).collect::<Vec<_>>().into())
}

/// The form that somebody has filled in within the thread, to which an ad has led: told with the ad's referral, which
/// stands alone, in an act, or in both. Of one ad's form it is one lead, whether or not a copy names the form.
fn lead(item: &Value, act: &Event, time: Option<Timestamp>) -> Option<Event> {
    let carriers = ["message", "postback"].map(|key| item[key].get("referral"));
    let said = referral::carried(carriers.into_iter().chain([item.get("referral")]))?;
    if !act.kind.is_act() || wire::text(said, "type") != "LEAD_COMPLETE" {
        return None;
    }
    let form = wire::text(&item["lead"], "form_id");
    let [ad, reference] = ["ad_id", "ref"].map(|key| wire::text(said, key));
    // Without an ad that of its moment, which copies with and without an id share.
    let alone = || time.map_or_else(|| act.id.to_string(), |time| time.0.to_string());
    let one = if ad.is_empty() { alone() } else { ad };
    Some(Event {
        id: event_id(&["lead", &act.page, &act.person, &one, &reference]),
        kind: Kind::Other,
        name: FORM_EVENT.to_owned(),
        mid: String::new(),
        payload: form,
        text: String::new(),
        contacts: Vec::new(),
        touch: None,
        ..act.clone()
    })
}

/// Whether Meta sums up for the business what a form was filled in with: as a message of the person, which it is not.
fn is_lead_summary(item: &Value, body: &Value) -> bool {
    let hop = item.get("hop_context").or_else(|| body.get("hop_context"));
    let hops = hop.map(wire::one_or_many).into_iter().flatten();
    hops.map(|hop| wire::text(hop, "metadata")).any(|said| said.starts_with("messenger_lead_gen"))
}

fn kind_of(key: &str, body: &Value) -> Kind {
    match key {
        // Meta sends a deletion as a message with the mid of the one that is gone.
        "message" if wire::flag(body, "is_deleted") => Kind::Other,
        "message" if wire::flag(body, "is_echo") => Kind::Echo,
        "message" => Kind::Message,
        "postback" => Kind::Postback,
        "referral" => Kind::Referral,
        "optin" if is_stop(body) => Kind::Other,
        "optin" => Kind::OptIn,
        "delivery" => Kind::Delivery,
        "read" => Kind::Read,
        _ => Kind::Other,
    }
}

/// An opt-in that is an opt-out: `STOP_NOTIFICATIONS`; Meta's page spells it with a blank too.
fn is_stop(optin: &Value) -> bool {
    wire::text(optin, "notification_messages_status").starts_with("STOP")
}

/// Whether it happened in a thread of several people, as chat extensions and games name them.
fn is_group(item: &Value, body: &Value) -> bool {
    let named = |holder: &Value| {
        ["thread_type", "context_type"].iter().any(|key| wire::text(holder, key) == "GROUP")
    };
    named(item)
        || named(body)
        || wire::flag(item, "is_group")
        || ["sender", "recipient"].iter().any(|side| item[*side].get("thread_key").is_some())
}

fn other_name(kind: Kind, key: &str, body: &Value) -> String {
    match kind {
        Kind::Other if key == "message" => "message_deleted".to_owned(),
        Kind::Other if key == "optin" && is_stop(body) => "notification_messages_stop".to_owned(),
        Kind::Other if key == "inbox_labels" => Label::of(body).event_name(),
        Kind::Other => key.replace('-', "_"),
        _ => String::new(),
    }
}

/// The plugin's reference of a person who has an id now: an opt-in that has both, or the first message
/// of somebody who ticked the checkbox.
fn alias(item: &Value, body: &Value, person: &str) -> Option<String> {
    let prior = item.get("prior_message").or_else(|| body.get("prior_message"));
    let prior = prior.filter(|prior| wire::text(prior, "source").contains("checkbox"));
    let known = prior.map(|prior| wire::text(prior, "identifier")).filter(|id| !id.is_empty());
    let alias = known.map_or_else(|| user_ref(body), |id| format!("user_ref:{id}"));
    Some(alias).filter(|alias| !alias.is_empty() && !person.starts_with("user_ref:"))
}

fn party(value: &Value) -> String {
    let id = wire::text(value, "id");
    if id.is_empty() { user_ref(value) } else { id }
}

/// The reference of a plugin, where it is all that is known of the person.
fn user_ref(value: &Value) -> String {
    let user_ref = wire::text(value, "user_ref");
    if user_ref.is_empty() { String::new() } else { format!("user_ref:{user_ref}") }
}

/// The tag of a message that was sent outside of the messaging window.
fn tag(item: &Value, body: &Value) -> String {
    let own = wire::text(body, "tag");
    if own.is_empty() { wire::text(item, "tag") } else { own }
}

/// The hash of a phone number or an e-mail address that was shared as a quick reply, as Meta has
/// audiences hashed.
fn contacts(kind: Kind, body: &Value, payload: &str) -> Vec<String> {
    let is_shared = kind == Kind::Message && body.get("quick_reply").is_some();
    if is_shared { crate::domain::contact_hashes(payload) } else { Vec::new() }
}

/// What stands for a number or an address that was shared, as the view `v_events` shows it.
const CONTACT: &str = "(contact)";

/// The event without the number or address that was shared, of which its hash is kept.
pub(super) fn without_contact(event: Event) -> Event {
    let is_shared = event.channel != Channel::WhatsApp && event.kind == Kind::Message;
    if !is_shared || event.contacts.is_empty() {
        return event;
    }
    Event { payload: CONTACT.to_owned(), ..event }
}

/// Kinds whose payload is the business's. What else is called so may be a person's words.
const WITH_PAYLOAD: [&str; 5] = ["postback", "optin", "payment", "checkout_update", "pre_checkout"];

/// A button's or a quick reply's payload, a form's id, a label's name.
fn payload(key: &str, body: &Value) -> String {
    let form = wire::text(body, "form_id");
    if !form.is_empty() {
        return form;
    }
    if body.get("added_labels").or_else(|| body.get("removed_labels")).is_some() {
        return Label::of(body).name;
    }
    if WITH_PAYLOAD.contains(&key) {
        return wire::text(body, "payload");
    }
    wire::text(&body["quick_reply"], "payload")
}

fn touch(kind: Kind, item: &Value, settings: &Settings) -> Option<Touch> {
    match kind {
        Kind::Message => referral::message_touch(item, settings),
        Kind::Postback => {
            let own = item["postback"].get("referral");
            referral::touch(referral::carried([own, item.get("referral")]), settings)
        }
        Kind::Referral => Some(
            referral::touch(item.get("referral"), settings)
                .unwrap_or_else(|| Touch::of(crate::domain::Source::Other)),
        ),
        Kind::OptIn => Some(referral::opt_in_touch(&item["optin"], settings)),
        _ => None,
    }
}

fn identify(
    kind: Kind,
    key: &str,
    body: &Value,
    mid: &str,
    time: Option<Timestamp>,
    page: &str,
    person: &str,
) -> EventId {
    let at = || time.map(|time| time.0.to_string()).unwrap_or_default();
    match kind {
        Kind::Message | Kind::Echo | Kind::Postback if !mid.is_empty() => {
            event_id(&["mid", kind.as_str(), page, mid])
        }
        // Apps on standby are told of the tap without its payload and what led to it.
        Kind::Postback if time.is_some() => {
            event_id(&["tap", page, person, &at(), &wire::text(body, "title")])
        }
        Kind::Message if time.is_some() && !wire::text(body, "text").is_empty() => {
            event_id(&["said", page, person, &at(), &wire::text(body, "text")])
        }
        Kind::Delivery | Kind::Read => {
            let watermark = wire::time(body, "watermark").map(|time| time.0.to_string());
            let mark = watermark.unwrap_or_else(|| format!("{mid}{}", canonical(body)));
            event_id(&["watermark", kind.as_str(), page, person, &mark])
        }
        _ => event_id(&["canonical", kind.as_str(), key, page, person, &at(), &canonical(body)]),
    }
}
