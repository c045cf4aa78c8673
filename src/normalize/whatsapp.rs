//! WhatsApp's messages on the same wire: people's messages, taps and calls with their click-to-WhatsApp referral, and
//! of the business's messages what echoes and statuses tell.

use serde_json::{Value, json};

use super::identity::{canonical, event_id};
use super::person_name::is_number;
use super::whatsapp_people::{People, is_persons_call};
use super::{Context, Read, privacy, referral, wire};
use crate::domain::{
    Channel, Event, Evidence, Kind, PageName, Source, Touch, contact_hashes, usual_number,
};

/// The events in a WhatsApp change. In standby, while another app answers, its lists stand one level deeper.
pub(super) fn events(field: &str, value: &Value, context: &Context<'_>) -> Read {
    let phone = wire::text(&value["metadata"], "phone_number_id");
    let page = if phone.is_empty() { context.page.clone() } else { phone };
    let context = Context { page, channel: Channel::WhatsApp, ..context.clone() };
    let own = wire::text(&value["metadata"], "display_phone_number");
    let own: String = own.chars().filter(char::is_ascii_digit).collect();
    let mut read = Read { names: name(value, &context).into_iter().collect(), ..Read::default() };
    for holder in std::iter::once(value).chain(wire::one_or_many(&value["standby"])) {
        let contacts = holder.get("contacts").unwrap_or(&value["contacts"]);
        for key in wire::WHATSAPP_LISTS {
            for item in wire::one_or_many(&holder[key]) {
                match event(item, key, contacts, &own, &context) {
                    Ok(events) => read.events.extend(events),
                    Err(reason) => {
                        let alone = json!({
                            "messaging_product": "whatsapp",
                            "metadata": value["metadata"],
                            "contacts": contacts,
                            key: [item],
                        });
                        read.refused.push((reason, json!({ "field": field, "value": alone })));
                    }
                }
            }
        }
    }
    if read.events.is_empty() && read.refused.is_empty() {
        let name = if field.is_empty() { "change" } else { field };
        let id = event_id(&["whatsapp", "change", &context.page, name, "", &canonical(value)]);
        let (time, time_origin) = context.time(wire::time(value, "timestamp"));
        let raw = privacy::raw(value, context.settings.store_message_text, None);
        let plain = context.event(id, &format!("whatsapp_{name}"));
        read.events.push(Event { time, time_origin, raw, ..plain });
    }
    read
}

/// What the number is called: by itself, as people dial it; and its business account.
fn name(value: &Value, context: &Context<'_>) -> Option<PageName> {
    let metadata = &value["metadata"];
    let dialled = wire::text(metadata, "display_phone_number");
    let is_known = metadata.get("phone_number_id").is_some() && !dialled.is_empty();
    let is_bare = dialled.bytes().all(|byte| byte.is_ascii_digit());
    is_known.then(|| PageName {
        page: context.page.clone(),
        channel: Channel::WhatsApp.as_str().to_owned(),
        name: if is_bare { format!("+{dialled}") } else { dialled },
        business_account: wire::text(context.entry, "id"),
        told_at: context.entry_time.filter(|time| time.can_be(context.received_at)),
    })
}

/// A message that stands alone, without its change.
pub(super) fn bare_message(item: &Value, context: &Context<'_>) -> Result<Read, String> {
    let context = Context { channel: Channel::WhatsApp, ..context.clone() };
    event(item, "messages", &Value::Null, "", &context).map(Read::from)
}

/// The event of an item; of a status that proves more than it says, two. `own` is the business's number in digits, empty
/// if it is not told.
fn event(
    item: &Value,
    key: &str,
    contacts: &Value,
    own: &str,
    context: &Context<'_>,
) -> Result<Vec<Event>, String> {
    let mid = wire::text(item, "id");
    let is_group =
        !wire::text(item, "group_id").is_empty() || wire::word(item, "recipient_type") == "group";
    let People { person, first_name, aliases } =
        if is_group { People::default() } else { People::of(item, key, contacts, own) };
    // The number writing to itself.
    let is_own = !own.is_empty() && first_name == usual_number(own);
    let (person, aliases) = if is_own { Default::default() } else { (person, aliases) };
    let contacts = number_hashes(&person, &aliases);
    let has_two_names = !aliases.is_empty();
    let What { kind, name } = match () {
        () if is_group => nobodys("group", key),
        () if is_own => nobodys("self", key),
        () => What::of(item, key, own),
    };
    if person.is_empty() && kind.is_somebodys() {
        return Err(format!("{} of nobody: no number and no user id", kind.as_str()));
    }
    let page = &context.page;
    let id = match kind {
        Kind::Message | Kind::Echo | Kind::Referral if !mid.is_empty() => {
            event_id(&["mid", kind.as_str(), page, &mid])
        }
        Kind::Delivery | Kind::Read => {
            event_id(&["status", kind.as_str(), page, &first_name, &mid])
        }
        // Told without our number, the same item is of a person: two things, two ids.
        _ if is_own => {
            event_id(&["whatsapp", "self", key, page, &first_name, &mid, &canonical(item)])
        }
        // A call ends once, also where a poorer copy tells it again.
        _ if name == CALL_MISSED && !mid.is_empty() => event_id(&["call", &name, page, &mid]),
        _ => event_id(&["whatsapp", key, page, &first_name, &mid, &canonical(item)]),
    };
    let (time, time_origin) = context.time(wire::time(item, "timestamp"));
    let keep_text = context.settings.store_message_text;
    let event = Event {
        person,
        aliases,
        // What a status tells of somebody's two names is told by no message of whoever hides the number.
        contacts: if kind.is_act() || has_two_names { contacts } else { Vec::new() },
        time,
        time_origin,
        kind,
        mid: mid.clone(),
        payload: payload(item),
        text: if keep_text { wire::text(&item["text"], "body") } else { String::new() },
        touch: touch(item, context),
        evidence: if name == FAILED { Evidence::Retracted } else { Evidence::Told },
        raw: privacy::raw(item, keep_text, None),
        ..context.event(id, &name)
    };
    let evidence = match kind {
        Kind::Delivery if !mid.is_empty() => Evidence::Delivered,
        Kind::Read if !mid.is_empty() => Evidence::Read,
        _ => return Ok(vec![event]),
    };
    // What arrived was sent, although no status said so.
    let id = event_id(&["mid", Kind::Echo.as_str(), page, &mid]);
    let sent = Event { id, kind: Kind::Echo, evidence, ..event.clone() };
    Ok(vec![sent, event])
}

/// The hashes of the numbers among somebody's names.
#[must_use]
pub fn number_hashes(person: &str, aliases: &[String]) -> Vec<String> {
    let names = std::iter::once(person).chain(aliases.iter().map(String::as_str));
    let mut hashes: Vec<String> =
        names.filter(|name| is_number(name)).flat_map(contact_hashes).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Name of an echo that never arrived.
const FAILED: &str = "failed";
/// Name of the end of a person's call that nobody took.
const CALL_MISSED: &str = "call_missed";

/// What an item is.
struct What {
    kind: Kind,
    /// The wire's name of an event of kind `other`; of an echo that it failed.
    name: String,
}

/// What happens in a group, or between the business and itself.
fn nobodys(whose: &str, key: &str) -> What {
    let key = if key == "messages" { "message" } else { key };
    What { kind: Kind::Other, name: format!("{whose}_{key}") }
}

impl What {
    fn of(item: &Value, key: &str, own: &str) -> Self {
        let plain = |kind: Kind| Self { kind, name: String::new() };
        let other = |name: &str| Self { kind: Kind::Other, name: name.to_owned() };
        let (of_type, status) = (wire::word(item, "type"), wire::word(item, "status"));
        match (key, of_type.as_str(), status.as_str()) {
            ("messages" | "message_echoes", "revoke", _) => other("message_deleted"),
            ("messages" | "message_echoes", "edit", _) => other("message_edit"),
            // Somebody has opened the chat and not written yet: what led here comes with it.
            ("messages", "request_welcome", _)
                if referral::carried([item.get("referral")]).is_some() =>
            {
                plain(Kind::Referral)
            }
            ("messages", "reaction" | "system" | "ephemeral" | "request_welcome", _) => {
                other("whatsapp_messages")
            }
            // The phone has answered, not the person.
            ("messages", "interactive", _) if is_automatic(item) => other("whatsapp_messages"),
            // A sign under a message is no answer, as a person's is no act.
            ("message_echoes", "reaction" | "system" | "ephemeral", _) => {
                other("whatsapp_message_echoes")
            }
            // Also of a type that the interface does not carry: somebody has written.
            ("messages", ..) => plain(Kind::Message),
            // An app's echo and the status of the same message are one: they have its id.
            ("message_echoes", ..) | ("statuses", _, "sent") => plain(Kind::Echo),
            ("statuses", _, "delivered") => plain(Kind::Delivery),
            ("statuses", _, "read" | "played") => plain(Kind::Read),
            ("statuses", _, "failed") => Self { kind: Kind::Echo, name: FAILED.to_owned() },
            ("calls", ..) => Self::call(item, own),
            // Whether the business may send marketing.
            ("user_preferences", ..) => match wire::word(item, "value").as_str() {
                "stop" => other("notification_messages_stop"),
                _ => other("whatsapp_user_preferences"),
            },
            _ => Self { kind: Kind::Other, name: format!("whatsapp_{key}") },
        }
    }

    /// A person's call is an act, and one that was taken an answer. Missed is one of which it is known that the person
    /// called and that it came to nothing.
    fn call(item: &Value, own: &str) -> Self {
        let plain = |kind: Kind| Self { kind, name: String::new() };
        let is_persons = is_persons_call(item, own) == Some(true);
        let status = wire::word(item, "status");
        // How long it lasted is told of calls that were taken.
        let has_lasted = ["duration", "start_time"]
            .iter()
            .any(|key| !matches!(wire::text(item, key).as_str(), "" | "0"));
        let was_taken = has_lasted || status == "completed";
        match wire::word(item, "event").as_str() {
            "connect" if is_persons => plain(Kind::Message),
            "terminate" if was_taken => plain(Kind::Echo),
            "terminate" if is_persons && !status.is_empty() => {
                Self { kind: Kind::Other, name: CALL_MISSED.to_owned() }
            }
            _ => Self { kind: Kind::Other, name: "whatsapp_calls".to_owned() },
        }
    }
}

/// Whether a setting of the person's answers the wish to call them.
fn is_automatic(item: &Value) -> bool {
    let reply = &item["interactive"]["call_permission_reply"];
    wire::word(reply, "response_source") == "automatic"
}

/// The payload of a template's button, or the id of an interactive reply.
fn payload(item: &Value) -> String {
    let interactive = &item["interactive"];
    [
        wire::text(&item["button"], "payload"),
        wire::text(&interactive["button_reply"], "id"),
        wire::text(&interactive["list_reply"], "id"),
    ]
    .into_iter()
    .find(|payload| !payload.is_empty())
    .unwrap_or_default()
}

/// The ad or the post that was clicked.
fn touch(item: &Value, context: &Context<'_>) -> Option<Touch> {
    let mut touch = referral::touch(item.get("referral"), context.settings)?;
    let referral = &item["referral"];
    touch.source_name = wire::text(referral, "source_type");
    // A click's id proves an ad, also where the type is left out.
    let is_ad = touch.source_name.eq_ignore_ascii_case("ad")
        || touch.source_name.is_empty() && !touch.ctwa_clid.is_empty();
    touch.source = if is_ad { Source::Ad } else { Source::Other };
    if touch.source == Source::Ad {
        touch.ad_id = wire::text(referral, "source_id");
    } else {
        touch.post_id = wire::text(referral, "source_id");
    }
    touch.ad_title = wire::text(referral, "headline");
    touch.referer_uri = wire::text(referral, "source_url");
    Some(touch)
}
