//! Edits of stored funnels: what may be kept, and who changed what when.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::analysis::{DEFAULT_FUNNEL, FunnelError, Funnels, WrittenFunnel};
use crate::domain::Timestamp;
use crate::language::{Message, say};
use crate::store::{FunnelEdit, Store, StoreError};

/// Stored funnels at most: each is read by every question that names a funnel.
const MOST_FUNNELS: usize = 200;
/// Bytes of a definition.
const LONGEST: usize = 32_768;
/// Names that are parts of addresses beside those of funnels.
const RESERVED: [&str; 2] = [DEFAULT_FUNNEL, "preview"];
/// Letters of a value that a difference tells.
const LONGEST_VALUE: usize = 200;

/// Why an edit is not kept.
#[derive(Debug)]
pub enum EditError {
    /// A key of the funnel is wrong.
    Wrong(FunnelError),
    /// Its name is another's, or there are too many.
    Refused(Message),
    /// Somebody else has changed it since.
    Overtaken(Message),
    /// There is no such stored funnel.
    Unknown(Message),
    /// ClickHouse failed.
    Store(StoreError),
}

impl From<StoreError> for EditError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An edit of a funnel, as others see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FunnelChange {
    /// Number of the edit, from 1.
    pub version: u64,
    /// `made`, `changed`, `archived` or `restored`.
    pub act: String,
    /// User or token who made it.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// What it changed; nothing of the first one.
    pub differences: Vec<Difference>,
    /// The funnel as it was from then on.
    #[schema(value_type = WrittenFunnel)]
    pub definition: Value,
}

/// A key of a funnel that an edit changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    /// The key, such as `steps[1].payload`.
    pub key: String,
    /// What it was; `null`: it was not there.
    pub before: Option<String>,
    /// What it became; `null`: it was taken out.
    pub after: Option<String>,
}

/// Who edits, and beside which funnels.
#[derive(Debug, Clone, Copy)]
pub struct Editing<'a> {
    /// Where funnels are kept.
    pub store: &'a Store,
    /// Those of files, whose names nobody else's may have.
    pub of_files: &'a Funnels,
    /// User or token who edits.
    pub who: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl Editing<'_> {
    /// Keeps a new funnel.
    ///
    /// # Errors
    /// If it is wrong, or its name is taken.
    pub async fn make(&self, written: &WrittenFunnel) -> Result<FunnelEdit, EditError> {
        let definition = self.checked(written)?;
        let known = self.store.stored_funnel_versions().await?;
        if known.iter().any(|(name, _)| *name == written.name) {
            return Err(self.taken(&written.name).await?);
        }
        if known.len() >= MOST_FUNNELS {
            return Err(EditError::Refused(
                say("stored-too-many").with("most", MOST_FUNNELS as u64),
            ));
        }
        let edit = self.edit((&written.name, 1), "made", definition);
        if self.store.save_funnel_edit(&edit).await? {
            return Ok(edit);
        }
        Err(self.taken(&written.name).await?)
    }

    /// Keeps a change of a funnel; an archived one is offered again. With `expected` only if that is still the number of
    /// its latest edit.
    ///
    /// # Errors
    /// If it is wrong, there is none of its name, or somebody has changed it since.
    pub async fn change(
        &self,
        written: &WrittenFunnel,
        expected: Option<u64>,
    ) -> Result<FunnelEdit, EditError> {
        let definition = self.checked(written)?;
        let latest = self.latest(&written.name).await?;
        if expected.is_some_and(|expected| expected != latest.version) {
            return Err(overtaken(&latest));
        }
        let act = if latest.act == "archived" { "restored" } else { "changed" };
        self.save(self.edit((&written.name, latest.version + 1), act, definition)).await
    }

    /// Archives a funnel, so that it is offered no more, or offers it again.
    ///
    /// # Errors
    /// If there is none of its name, or somebody has changed it since.
    pub async fn archive(&self, name: &str, is_archived: bool) -> Result<FunnelEdit, EditError> {
        let latest = self.latest(name).await?;
        if (latest.act == "archived") == is_archived {
            return Ok(latest);
        }
        let act = if is_archived { "archived" } else { "restored" };
        let definition = latest.definition.clone();
        self.save(self.edit((name, latest.version + 1), act, definition)).await
    }

    async fn save(&self, edit: FunnelEdit) -> Result<FunnelEdit, EditError> {
        if self.store.save_funnel_edit(&edit).await? {
            return Ok(edit);
        }
        Err(overtaken(&self.latest(&edit.name).await?))
    }

    fn edit(&self, (name, version): (&str, u64), act: &str, definition: String) -> FunnelEdit {
        FunnelEdit {
            name: name.to_owned(),
            version,
            id: uuid::Uuid::new_v4().simple().to_string(),
            act: act.to_owned(),
            definition,
            made_by: self.who.to_owned(),
            made_at: self.now.0,
        }
    }

    async fn latest(&self, name: &str) -> Result<FunnelEdit, EditError> {
        if let Some(funnel) = self.of_files.get(name) {
            return Err(of_file(name, &funnel.place));
        }
        let edits = self.store.funnel_edits(name).await?;
        let unknown = || EditError::Unknown(say("stored-unknown").with("name", name));
        edits.into_iter().next().ok_or_else(unknown)
    }

    /// A name that another stored funnel has.
    async fn taken(&self, name: &str) -> Result<EditError, EditError> {
        let latest = self.latest(name).await?;
        let told =
            if latest.act == "archived" { "stored-taken-by-archived" } else { "stored-taken" };
        Ok(EditError::Refused(say(told).with("name", name).with("who", latest.made_by)))
    }

    /// The definition as it is kept, of a funnel that can be one.
    fn checked(&self, written: &WrittenFunnel) -> Result<String, EditError> {
        let wrong = |key: &str, reason: Message| {
            EditError::Wrong(FunnelError { key: key.to_owned(), reason: reason.to_string() })
        };
        written.clone().check().map_err(EditError::Wrong)?;
        let name = written.name.as_str();
        if RESERVED.contains(&name) {
            return Err(wrong("name", say("stored-reserved").with("name", name)));
        }
        if let Some(funnel) = self.of_files.get(name) {
            return Err(of_file(name, &funnel.place));
        }
        // An erasure would have to find them in definitions and their history.
        if !written.exclude_people.is_empty() {
            return Err(wrong("exclude_people", say("stored-no-people")));
        }
        let definition = serde_json::to_string(written).unwrap_or_default();
        if definition.len() > LONGEST {
            return Err(wrong("steps", say("stored-too-long").with("most", LONGEST as u64)));
        }
        Ok(definition)
    }
}

fn of_file(name: &str, place: &str) -> EditError {
    EditError::Refused(say("stored-taken-by-file").with("name", name).with("file", place))
}

fn overtaken(latest: &FunnelEdit) -> EditError {
    let told = say("stored-overtaken").with("who", &latest.made_by);
    EditError::Overtaken(told.with("version", latest.version))
}

/// Edits of a funnel (the latest first), each with what it changed.
#[must_use]
pub fn history(edits: &[FunnelEdit]) -> Vec<FunnelChange> {
    let read = |edit: &FunnelEdit| serde_json::from_str(&edit.definition).unwrap_or_default();
    let change = |(place, edit): (usize, &FunnelEdit)| {
        let definition: Value = read(edit);
        let before = edits.get(place + 1).map(read);
        FunnelChange {
            version: edit.version,
            act: edit.act.clone(),
            made_by: edit.made_by.clone(),
            made_at: Timestamp(edit.made_at).to_rfc3339(),
            differences: before.map_or_else(Vec::new, |before| differences(&before, &definition)),
            definition,
        }
    };
    edits.iter().enumerate().map(change).collect()
}

/// Keys whose values differ.
fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    flatten(String::new(), before, &mut old);
    flatten(String::new(), after, &mut new);
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = keys.into_iter().filter(|key| old.get(*key) != new.get(*key));
    let difference = |key: &String| Difference {
        key: key.clone(),
        before: old.get(key).cloned(),
        after: new.get(key).cloned(),
    };
    differing.map(difference).collect()
}

/// Values by their keys, as an error of a funnel calls them. What is not said is not there.
fn flatten(key: String, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                flatten(key, value, found);
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                flatten(format!("{key}[{place}]"), value, found);
            }
        }
        Value::String(text) => _ = found.insert(key, shortened(text)),
        other => _ = found.insert(key, shortened(&other.to_string())),
    }
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(LONGEST_VALUE).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_tells_which_keys_an_edit_changed() {
        let edit = |version, act: &str, definition: &str| FunnelEdit {
            name: "a".to_owned(),
            version,
            id: String::new(),
            act: act.to_owned(),
            definition: definition.to_owned(),
            made_by: "ann".to_owned(),
            made_at: 0,
        };
        let first = r#"{"name":"a","unit":null,"window":"28d","steps":[{"kind":"message"},{"kind":"read"}]}"#;
        let then = r#"{"name":"a","unit":"person","steps":[{"kind":"message"},{"kind":["read","echo"]},{"kind":"postback"}]}"#;
        let told =
            history(&[edit(3, "archived", then), edit(2, "changed", then), edit(1, "made", first)]);
        assert!(told[0].differences.is_empty() && told[2].differences.is_empty());
        let changed: Vec<(&str, Option<&str>, Option<&str>)> = told[1]
            .differences
            .iter()
            .map(|one| (one.key.as_str(), one.before.as_deref(), one.after.as_deref()))
            .collect();
        assert_eq!(
            changed,
            [
                ("steps[1].kind", Some("read"), None),
                ("steps[1].kind[0]", None, Some("read")),
                ("steps[1].kind[1]", None, Some("echo")),
                ("steps[2].kind", None, Some("postback")),
                ("unit", None, Some("person")),
                ("window", Some("28d"), None),
            ]
        );
        // Letters of more than a byte are cut between letters.
        assert_eq!(shortened(&"é".repeat(201)).chars().count(), 201);
    }
}
