//! Items of `changes[]`: what happened to a Page outside of a thread, and WhatsApp's messages.

use serde_json::Value;

use super::identity::{canonical, event_id};
use super::{Context, privacy, whatsapp, wire};
use crate::domain::{Channel, Event, Kind, Source, Touch};

/// The events in one change.
pub(super) fn events(item: &Value, context: &Context<'_>) -> Result<Vec<Event>, String> {
    let value = item.get("value").unwrap_or(&Value::Null);
    if !item.is_object() || (value.is_null() && item.get("field").is_none()) {
        return Err("a change is a JSON object with field and value".to_owned());
    }
    if context.channel == Channel::WhatsApp || value.get("messaging_product").is_some() {
        return Ok(whatsapp::events(value, context));
    }
    let field = wire::text(item, "field");
    // The dashboard's test button posts messaging items as changes of the same name.
    if value.get("sender").is_some() && value.get("recipient").is_some() {
        return super::messaging::events(value, context);
    }
    let page = [context.page.clone(), wire::text(value, "page_id")]
        .into_iter()
        .find(|page| !matches!(page.as_str(), "" | "0"))
        .unwrap_or_default();
    let is_comment = wire::text(value, "item") == "comment";
    // What the Page writes itself is about no person.
    let person = Some(wire::text(&value["from"], "id")).filter(|id| *id != page);
    let person = person.unwrap_or_default();
    let own_time = wire::time(value, "created_time");
    let comment = Touch {
        source: Source::Comment,
        source_name: String::new(),
        referral_ref: wire::text(value, "comment_id"),
        ad_id: String::new(),
        ad_title: String::new(),
        post_id: wire::text(value, "post_id"),
        referer_uri: String::new(),
    };
    let name = match (field.as_str(), is_comment) {
        (_, true) if wire::text(value, "verb") == "add" => "comment".to_owned(),
        ("", true) => "feed".to_owned(),
        ("", false) => "change".to_owned(),
        (field, _) => field.to_owned(),
    };
    let stamp = own_time.or(context.entry_time);
    let stamp = stamp.map(|time| time.0.to_string()).unwrap_or_default();
    let (time, time_origin) = context.time(own_time);
    let keep_text = context.settings.store_message_text;
    Ok(vec![Event {
        id: event_id(&["change", &name, &page, &person, &stamp, &canonical(value)]),
        channel: context.channel,
        page,
        person,
        time,
        time_origin,
        place: 0,
        kind: Kind::Other,
        touch: (name == "comment").then_some(comment),
        name,
        mid: String::new(),
        payload: String::new(),
        text: String::new(),
        app_id: String::new(),
        persona_id: String::new(),
        tag: String::new(),
        conversion: None,
        raw: privacy::raw(item, keep_text),
    }])
}
