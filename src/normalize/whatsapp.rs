//! WhatsApp's messages on the same wire: people's messages with their click-to-WhatsApp referral, and
//! of the business's messages what their statuses tell (that they were sent, delivered, read).

use serde_json::Value;

use super::identity::{canonical, event_id};
use super::{Context, privacy, referral, wire};
use crate::domain::{Channel, Event, Kind, Source};

/// The messages and statuses in a WhatsApp change.
pub(super) fn events(value: &Value, context: &Context<'_>) -> Vec<Event> {
    let phone = wire::text(&value["metadata"], "phone_number_id");
    let page = if phone.is_empty() { context.page.clone() } else { phone };
    let context = Context { page, channel: Channel::WhatsApp, ..context.clone() };
    let mut events = Vec::new();
    for key in ["messages", "message_echoes", "statuses"] {
        for item in wire::one_or_many(&value[key]) {
            events.push(event(item, key, &context));
        }
    }
    if events.is_empty() {
        events.push(event(value, "change", &context));
    }
    events
}

/// A message that stands alone, without its change.
pub(super) fn bare_message(item: &Value, context: &Context<'_>) -> Vec<Event> {
    vec![event(item, "messages", &Context { channel: Channel::WhatsApp, ..context.clone() })]
}

fn event(item: &Value, key: &str, context: &Context<'_>) -> Event {
    let mid = wire::text(item, "id");
    let kind = kind(item, key);
    let person = match key {
        "message_echoes" => wire::text(item, "to"),
        _ => [wire::text(item, "from"), wire::text(item, "recipient_id")].concat(),
    };
    let page = &context.page;
    let id = match kind {
        Kind::Message | Kind::Echo if !mid.is_empty() => {
            event_id(&["mid", kind.as_str(), page, &mid])
        }
        Kind::Delivery | Kind::Read => event_id(&["status", kind.as_str(), page, &person, &mid]),
        _ => event_id(&["whatsapp", key, page, &person, &mid, &canonical(item)]),
    };
    let name = if kind == Kind::Other { format!("whatsapp_{key}") } else { String::new() };
    let (time, time_origin) = context.time(wire::time(item, "timestamp"));
    let keep_text = context.settings.store_message_text;
    Event {
        person,
        time,
        time_origin,
        kind,
        mid,
        payload: payload(item),
        text: if keep_text { wire::text(&item["text"], "body") } else { String::new() },
        touch: touch(item, context),
        raw: privacy::raw(item, keep_text),
        ..context.event(id, &name)
    }
}

fn kind(item: &Value, key: &str) -> Kind {
    match (key, wire::text(item, "status").as_str(), wire::text(item, "type").as_str()) {
        (
            "messages",
            _,
            "reaction" | "system" | "unsupported" | "ephemeral" | "request_welcome",
        ) => Kind::Other,
        ("messages", ..) => Kind::Message,
        // An app's echo and the status of the same message are one: they have its id.
        ("message_echoes", ..) | ("statuses", "sent", _) => Kind::Echo,
        ("statuses", "delivered", _) => Kind::Delivery,
        ("statuses", "read", _) => Kind::Read,
        _ => Kind::Other,
    }
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

/// The ad or the post that was clicked; its click id (`ctwa_clid`) stays in the raw JSON.
fn touch(item: &Value, context: &Context<'_>) -> Option<crate::domain::Touch> {
    let mut touch = referral::touch(item.get("referral"), context.settings)?;
    let referral = &item["referral"];
    touch.source_name = wire::text(referral, "source_type");
    touch.source = if touch.source_name == "ad" { Source::Ad } else { Source::Other };
    if touch.source == Source::Ad {
        touch.ad_id = wire::text(referral, "source_id");
    } else {
        touch.post_id = wire::text(referral, "source_id");
    }
    touch.ad_title = wire::text(referral, "headline");
    touch.referer_uri = wire::text(referral, "source_url");
    Some(touch)
}
