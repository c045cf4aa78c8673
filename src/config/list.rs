//! Lists that are no secrets: in the file a list, in the environment one text with commas.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum List {
    Parts(Vec<String>),
    Joined(String),
    /// A single number that the environment's reader took for one.
    One(u64),
}

impl Default for List {
    fn default() -> Self {
        Self::Parts(Vec::new())
    }
}

impl List {
    pub(super) fn into_list(self) -> Vec<String> {
        match self {
            Self::Parts(list) => list,
            Self::Joined(joined) => joined.split(',').map(|one| one.trim().to_owned()).collect(),
            Self::One(number) => vec![number.to_string()],
        }
    }
}
