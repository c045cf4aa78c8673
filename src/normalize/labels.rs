//! Labels that the inbox gives to people. Meta's pages do not show the form of the webhook: what
//! public code reads is taken, as a change or as an item of a thread.

use serde_json::Value;

use super::wire;

/// A label that was given or taken.
pub(super) struct Label {
    pub name: String,
    pub person: String,
    is_given: bool,
}

impl Label {
    /// Reads `value.label`, or the first of `added_labels` or `removed_labels`.
    pub(super) fn of(value: &Value) -> Self {
        let first = |key: &str| wire::one_or_many(&value[key]).next();
        let removed = first("removed_labels");
        let label = value.get("label").or_else(|| first("added_labels")).or(removed);
        let label = label.unwrap_or(&Value::Null);
        let name = ["page_label_name", "label_name", "name"]
            .map(|key| wire::text(label, key))
            .into_iter()
            .chain([label.as_str().unwrap_or_default().to_owned(), wire::text(label, "id")])
            .find(|name| !name.is_empty())
            .unwrap_or_default();
        let person = ["user", "from"]
            .map(|key| wire::text(&value[key], "id"))
            .into_iter()
            .chain(["psid", "user_id"].map(|key| wire::text(value, key)))
            .find(|person| !person.is_empty())
            .unwrap_or_default();
        let action = [wire::text(value, "action"), wire::text(value, "verb")].concat();
        let is_taken = action.starts_with("remove")
            || action.starts_with("delete")
            || (value.get("label").is_none()
                && first("added_labels").is_none()
                && removed.is_some());
        Self { name, person, is_given: !is_taken }
    }

    /// `inbox_labels`, or of a label that was taken away `inbox_labels_removed`.
    pub(super) fn event_name(&self) -> String {
        if self.is_given { "inbox_labels".to_owned() } else { "inbox_labels_removed".to_owned() }
    }
}
