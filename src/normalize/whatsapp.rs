//! WhatsApp's messages: the same idea on other names. Kept as `other` with their raw JSON, so
//! that nothing is lost; they are not yet part of conversations.

use serde_json::Value;

use super::identity::{canonical, event_id};
use super::{Context, privacy, referral, wire};
use crate::domain::{Channel, Event, Kind, Source};

/// The messages (or statuses) in a WhatsApp change.
pub(super) fn events(value: &Value, context: &Context<'_>) -> Vec<Event> {
    let phone = wire::text(&value["metadata"], "phone_number_id");
    let page = if phone.is_empty() { context.page.clone() } else { phone };
    let context = Context { page, channel: Channel::WhatsApp, ..context.clone() };
    let mut events = Vec::new();
    for key in ["messages", "statuses"] {
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
    let own_time = wire::time(item, "timestamp");
    let mid = wire::text(item, "id");
    let person = [wire::text(item, "from"), wire::text(item, "recipient_id")]
        .into_iter()
        .find(|id| !id.is_empty())
        .unwrap_or_default();
    let mut touch = referral::touch(item.get("referral"));
    if let Some(touch) = &mut touch {
        touch.source_name = wire::text(&item["referral"], "source_type");
        touch.source = if touch.source_name == "ad" { Source::Ad } else { Source::Other };
        touch.ad_id = wire::text(&item["referral"], "source_id");
        touch.ad_title = wire::text(&item["referral"], "headline");
    }
    let (time, time_origin) = context.time(own_time);
    let keep_text = context.settings.store_message_text;
    let raw = privacy::raw(item, keep_text);
    Event {
        id: event_id(&["whatsapp", key, &context.page, &person, &mid, &canonical(item)]),
        channel: Channel::WhatsApp,
        page: context.page.clone(),
        person,
        time,
        time_origin,
        place: 0,
        kind: Kind::Other,
        name: format!("whatsapp_{key}"),
        mid,
        payload: String::new(),
        text: String::new(),
        app_id: String::new(),
        persona_id: String::new(),
        tag: String::new(),
        touch,
        conversion: None,
        raw,
    }
}
