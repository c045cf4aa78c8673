//! Items of `changes[]`: what happened to a Page outside of a thread, and WhatsApp's messages.

use serde_json::Value;

use super::identity::{canonical, event_id};
use super::{Context, Read, labels, privacy, whatsapp, wire};
use crate::domain::{Channel, Event, Source, Touch};

/// The events in one change.
pub(super) fn events(item: &Value, context: &Context<'_>) -> Result<Read, String> {
    let value = item.get("value").unwrap_or(&Value::Null);
    if !item.is_object() || (value.is_null() && item.get("field").is_none()) {
        return Err("a change is a JSON object with field and value".to_owned());
    }
    if context.channel == Channel::WhatsApp || value.get("messaging_product").is_some() {
        return Ok(whatsapp::events(&wire::text(item, "field"), value, context));
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
    let about = About::of(&field, value, &page);
    let own_time = wire::time(value, "created_time");
    let stamp = own_time.or(context.entry_time);
    let stamp = stamp.map(|time| time.0.to_string()).unwrap_or_default();
    let (time, time_origin) = context.time(own_time);
    let About { name, person, payload, touch } = about;
    // A form is sent once, however much a copy tells of it.
    let id = if name == "leadgen" && person != LEAD_PREFIX {
        event_id(&["leadgen", &page, &person])
    } else {
        event_id(&["change", &name, &page, &person, &stamp, &canonical(value)])
    };
    let event = Event {
        page: page.clone(),
        person: person.clone(),
        time,
        time_origin,
        touch,
        payload,
        raw: privacy::raw(item, context.settings.store_message_text, None),
        ..context.event(id, &name)
    };
    Ok(vec![event].into())
}

/// What a change is about.
struct About {
    name: String,
    person: String,
    /// A form's id, a label's name.
    payload: String,
    touch: Option<Touch>,
}

impl About {
    fn of(field: &str, value: &Value, page: &str) -> Self {
        // What the Page writes itself is about no person.
        let writer = Some(wire::text(&value["from"], "id")).filter(|id| id != page);
        let writer = writer.unwrap_or_default();
        let is_comment = wire::text(value, "item") == "comment";
        let plain = |name: &str| Self {
            name: name.to_owned(),
            person: writer.clone(),
            payload: String::new(),
            touch: None,
        };
        match field {
            "comments" | "live_comments" => Self {
                touch: Some(comment(wire::text(value, "id"), wire::text(&value["media"], "id"))),
                ..plain("comment")
            },
            _ if is_comment && wire::text(value, "verb") == "add" => Self {
                touch: Some(comment(wire::text(value, "comment_id"), wire::text(value, "post_id"))),
                ..plain("comment")
            },
            "leadgen" => lead_form(value),
            "inbox_labels" => {
                let label = labels::Label::of(value);
                Self {
                    name: label.event_name(),
                    person: label.person,
                    payload: label.name,
                    touch: None,
                }
            }
            "" if is_comment => plain("feed"),
            "" => plain("change"),
            field => plain(field),
        }
    }
}

fn comment(id: String, post_id: String) -> Touch {
    Touch { referral_ref: id, post_id, ..Touch::of(Source::Comment) }
}

/// What stands before the id of a form in the person that it is of.
const LEAD_PREFIX: &str = "lead:";

/// A lead ad's form: its sender is not known as a person of the thread, so that each form is somebody
/// of its own.
fn lead_form(value: &Value) -> About {
    let ad_id = Some(wire::text(value, "ad_id")).filter(|id| !matches!(id.as_str(), "" | "0"));
    About {
        name: "leadgen".to_owned(),
        person: LEAD_PREFIX.to_owned() + &wire::text(value, "leadgen_id"),
        payload: wire::text(value, "form_id"),
        touch: ad_id.map(|ad_id| Touch {
            ad_id,
            source_name: "leadgen".to_owned(),
            ..Touch::of(Source::Ad)
        }),
    }
}
