//! The entry point that an event carries: a referral in one of its three carriers, an opt-in, a chat
//! plugin's tag, or the comment behind a first message.

use serde_json::Value;

use super::{Settings, wire};
use crate::domain::{ClickId, Source, Touch};

/// The first carrier that holds a referral: one that is null or empty hides none.
pub(super) fn carried<'a>(
    carriers: impl IntoIterator<Item = Option<&'a Value>>,
) -> Option<&'a Value> {
    let is_there = |value: &&Value| value.as_object().is_some_and(|object| !object.is_empty());
    carriers.into_iter().flatten().find(is_there)
}

/// Reads a referral object; `None` if it is missing, null or empty.
pub(super) fn touch(referral: Option<&Value>, settings: &Settings) -> Option<Touch> {
    let referral = carried([referral])?;
    let mut source_name = wire::text(referral, "source");
    let ad_id = wire::text(referral, "ad_id");
    let mut source = Source::from_wire(&source_name);
    let context = &referral["ads_context_data"];
    if source_name.is_empty() {
        // Of an ad it tells what the ad shows, also where it leaves the id out.
        if !ad_id.is_empty() || context.as_object().is_some_and(|told| !told.is_empty()) {
            source = Source::Ad;
        } else if referral.get("product").is_some() {
            "product".clone_into(&mut source_name);
        }
    }
    let referral_ref = wire::text(referral, "ref");
    // In Europe and Japan Meta leaves the source out. A click's mark stands in tracked links alone; a ref without one is a
    // link's if it is registered, which the statements look up.
    if source_name.is_empty() && source == Source::Other && is_marked(&referral_ref) {
        source = Source::Link;
    }
    Some(Touch {
        source: settings.refs.source(&referral_ref).unwrap_or(source),
        source_name,
        referral_ref,
        ad_id,
        ad_title: wire::text(context, "ad_title"),
        post_id: wire::text(context, "post_id"),
        referer_uri: wire::text(referral, "referer_uri"),
        ctwa_clid: wire::text(referral, "ctwa_clid"),
    })
}

fn is_marked(referral_ref: &str) -> bool {
    ClickId::split(referral_ref).1.is_some()
}

/// The entry point of an opt-in: a notification request, or a plugin with its `ref`.
pub(super) fn opt_in_touch(optin: &Value, settings: &Settings) -> Touch {
    let kind = wire::text(optin, "type");
    let (source, source_name) = match kind.as_str() {
        "one_time_notif_req" | "notification_messages" => (Source::Notification, kind),
        _ if optin.get("user_ref").is_some() => (Source::Other, "checkbox_plugin".to_owned()),
        _ => (Source::Other, "send_to_messenger_plugin".to_owned()),
    };
    let referral_ref = wire::text(optin, "ref");
    plain(settings.refs.source(&referral_ref).unwrap_or(source), source_name, referral_ref)
}

/// The entry point of a message: its referral, else the chat plugin's tag, else the prior message that
/// began the thread on a comment or a checkbox.
pub(super) fn message_touch(item: &Value, settings: &Settings) -> Option<Touch> {
    let message = &item["message"];
    let referral = carried([message.get("referral"), item.get("referral")]);
    if let Some(touch) = touch(referral, settings) {
        return Some(touch);
    }
    if let Some(tag) = wire::one_or_many(&message["tags"])
        .map(|tag| wire::text(tag, "source"))
        .find(|name| Source::from_wire(name) != Source::Other)
    {
        return Some(plain(Source::from_wire(&tag), tag, String::new()));
    }
    let prior = item.get("prior_message").or_else(|| message.get("prior_message"))?;
    let name = wire::text(prior, "source");
    let source =
        if name.to_ascii_lowercase().contains("comment") { Source::Comment } else { Source::Other };
    // A checkbox's identifier is a person's, no ref: the opt-in has that.
    let identifier =
        if source == Source::Comment { wire::text(prior, "identifier") } else { String::new() };
    Some(plain(source, name, identifier))
}

fn plain(source: Source, source_name: String, referral_ref: String) -> Touch {
    Touch { source_name, referral_ref, ..Touch::of(source) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_carrier_that_holds_nothing_hides_none() {
        let own = json!({ "ref": "x" });
        for empty in [Value::Null, json!({}), json!("")] {
            assert_eq!(carried([Some(&empty), Some(&own)]), Some(&own));
            assert_eq!(carried([None, Some(&empty)]), None);
        }
    }
}
