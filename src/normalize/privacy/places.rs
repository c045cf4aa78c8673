//! Which fields of an item's JSON are stored: each at its place, which is the object that it stands in.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Where an item begins. Its lists and what wraps it hold the same fields.
pub(super) const ITEM: &str = "";
const AS_AN_ITEM: [&str; 10] = [
    "value",
    "standby",
    "messages",
    "message_echoes",
    "statuses",
    "calls",
    "user_id_update",
    "entry",
    "messaging",
    "changes",
];

/// Fields by their place: who, when, which, of what kind, and what of that the business has written itself. One that ends
/// in a slash is looked into: it holds an object, or a list of them; any other holds a text, a number, or a list of such.
const KEPT: [(&str, &str); 46] = [
    // Who, when, and what it is.
    (
        ITEM,
        "id sender/ recipient/ from from/ to to/ user user/ user_id psid wa_id page_id from_user_id to_user_id \
         from_parent_user_id to_parent_user_id parent_user_id user_id/ parent_user_id/ \
         recipient_id recipient_user_id recipient_parent_user_id sender_id group_id recipient_type thread_type context_type is_group is_self \
         timestamp time created_time seq type status messaging_type tag",
    ),
    // Of a thread.
    (
        ITEM,
        "message/ message_edit/ postback/ delivery/ read/ reaction/ optin/ referral/ account_linking/ \
         pass_thread_control/ take_thread_control/ request_thread_control/ policy_enforcement/ policy-enforcement/ \
         prior_message/ hop_context/ form_id messaging_in_thread_lead_form_submit/ lead/",
    ),
    // Changes of a Page.
    (
        ITEM,
        "field value/ item verb comment_id parent_id post_id media/ ad_id adgroup_id leadgen_id inbox_labels/ label \
         label/ label_name page_label_name added_labels added_labels/ removed_labels removed_labels/ action reason",
    ),
    // Of WhatsApp.
    (
        ITEM,
        "messaging_product metadata/ contacts/ messages/ message_echoes/ statuses/ calls/ standby/ messaging_handovers/ \
         automatic_events/ user_actions/ user_preferences/ user_id_update/ conversation/ pricing/ errors/ context/ button/ interactive/ \
         system/ revoke/ edit/ event direction start_time end_time duration",
    ),
    // A whole body.
    (ITEM, "object entry/ messaging/ changes/"),
    // People.
    ("sender", "id user_ref thread_key"),
    ("recipient", "id user_ref thread_key"),
    ("from", "id"),
    ("to", "id"),
    ("user", "id user_id"),
    ("contacts", "wa_id user_id parent_user_id"),
    ("changed id", "previous current"),
    // Messages and taps. Attachments keep their types.
    (
        "message",
        "mid seq text_mark is_echo is_deleted is_unsupported is_self is_group app_id persona_id tag tags/ metadata type timestamp \
         thread_type context_type hop_context/ prior_message/ quick_reply/ referral/ context/ attachments",
    ),
    ("tags", "source"),
    ("hop_context", "app_id metadata timestamp"),
    ("prior_message", "source identifier"),
    ("quick_reply", "payload"),
    ("postback", "mid title payload referral/"),
    ("message_edit", "mid num_edit"),
    ("reaction", "mid message_id action reaction"),
    ("context", "id from"),
    ("button", "payload"),
    ("interactive", "type button_reply/ list_reply/ call_permission_reply/"),
    ("button_reply", "id title"),
    ("list_reply", "id title"),
    ("call_permission_reply", "response response_source expiration_timestamp"),
    ("revoke", "original_message_id"),
    ("edit", "original_message_id message/"),
    // Receipts.
    ("delivery", "mids watermark seq"),
    ("read", "mid watermark seq"),
    ("conversation", "id origin/ expiration_timestamp"),
    ("origin", "type"),
    ("pricing", "billable pricing_model category type"),
    ("errors", "code title type"),
    // Where somebody came from.
    (
        "referral",
        "ref source type ad_id ads_context_data/ product/ referer_uri is_guest_user source_url source_id source_type \
         media_type headline ctwa_clid",
    ),
    ("ads_context_data", "ad_title post_id"),
    ("product", "id"),
    (
        "optin",
        "type ref user_ref payload title topic one_time_notif_token notification_messages_status \
         notification_messages_frequency notification_messages_reoptin \
         token_expiry_timestamp user_token_status",
    ),
    // What a Page, its apps and Meta do.
    (
        "thread control",
        "previous_owner_app_id new_owner_app_id requested_owner_app_id metadata type",
    ),
    ("policy", "action reason"),
    ("label", "id label_name page_label_name"),
    ("media", "id media_product_type"),
    ("account_linking", "status"),
    ("form", "form_id"),
    (
        "names",
        "id type wa_id new_wa_id user_id new_user_id previous_user_id parent_user_id previous_parent_user_id \
         category value timestamp event_name ctwa_clid",
    ),
    ("metadata", "display_phone_number phone_number_id"),
];

/// Places that hold the same fields as another.
const ALIKE: [(&str, &str); 17] = [
    ("pass_thread_control", "thread control"),
    ("take_thread_control", "thread control"),
    ("request_thread_control", "thread control"),
    ("messaging_handovers", "thread control"),
    ("policy_enforcement", "policy"),
    ("policy-enforcement", "policy"),
    ("added_labels", "label"),
    ("removed_labels", "label"),
    ("inbox_labels", ITEM),
    ("messaging_in_thread_lead_form_submit", "form"),
    ("lead", "form"),
    ("user_id", "changed id"),
    ("parent_user_id", "changed id"),
    ("system", "names"),
    ("user_preferences", "names"),
    ("automatic_events", "names"),
    ("user_actions", "names"),
];

/// Where fields stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(&'static str);

/// How a field is kept.
#[derive(Default)]
struct Kept {
    /// As a text, a number, or a list of such.
    is_plain: bool,
    /// The place within, if it is looked into.
    within: Option<Place>,
}

impl Place {
    /// Where an item begins.
    pub(super) const ITEM: Self = Self(ITEM);

    /// Whether a text, a number, or a list of such is kept there.
    pub(super) fn keeps(self, field: &str) -> bool {
        fields().get(&(self.0, field)).is_some_and(|kept| kept.is_plain)
    }

    /// The place within a field, if what it holds is looked into.
    pub(super) fn within(self, field: &str) -> Option<Self> {
        fields().get(&(self.0, field)).and_then(|kept| kept.within)
    }

    /// What stands in a field of this name.
    fn of(field: &'static str) -> Self {
        let alike = ALIKE.iter().find(|(name, _)| *name == field).map(|(_, place)| *place);
        Self(if AS_AN_ITEM.contains(&field) { ITEM } else { alike.unwrap_or(field) })
    }
}

/// By place and name.
type Fields = FxHashMap<(&'static str, &'static str), Kept>;

fn fields() -> &'static Fields {
    static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
        let mut fields = Fields::default();
        for (place, names) in KEPT {
            for name in names.split_ascii_whitespace() {
                let field = name.trim_end_matches('/');
                let kept = fields.entry((place, field)).or_default();
                if field == name {
                    kept.is_plain = true;
                } else {
                    kept.within = Some(Place::of(field));
                }
            }
        }
        fields
    });
    &FIELDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_into_is_a_place() {
        for ((place, field), kept) in fields() {
            let within = kept.within.map_or(ITEM, |within| within.0);
            assert!(KEPT.iter().any(|(known, _)| *known == within), "{place}: {field}");
        }
        for (place, _) in KEPT {
            let is_held =
                fields().values().filter_map(|kept| kept.within).any(|held| held.0 == place);
            assert!(is_held, "nothing holds {place}");
        }
    }
}
