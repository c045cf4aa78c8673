//! Funnels as a team writes them, in TOML or JSON, and whether they can be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A funnel as it is written, in TOML or JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenFunnel {
    /// Its name in addresses: small letters, digits, `-` and `_`.
    pub name: String,
    /// Its name on pages.
    pub title: Option<String>,
    /// What is counted: `conversation` (the usual) or `person`.
    pub unit: Option<String>,
    /// `ordered` (the usual), `strict` or `any`.
    pub order: Option<String>,
    /// How long after its first step an attempt may go on: `28d` (the usual), `36h`, `90m`, `none`.
    pub window: Option<String>,
    /// How long after a step the next one may come; without it as long as the window lasts.
    pub step_window: Option<String>,
    /// Which attempts of one unit count: `first` (the usual), `best` or `every`.
    pub reentry: Option<String>,
    /// The steps, 2 to 20.
    pub steps: Vec<WrittenMatch>,
    /// Events that end an attempt between two steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<WrittenMatch>,
    /// What the conversation in which an attempt begins must be: `{ source = "ad" }`, by the
    /// dimensions of a breakdown.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub filters: BTreeMap<String, String>,
    /// People who do not count, such as testers: `page/person`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_people: Vec<String>,
}

/// A step, or an exclusion: a matcher of events. All that is said must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenMatch {
    /// A step's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of an exclusion: number of the step behind which it counts, from 1; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<usize>,
    /// Of an exclusion: number of the step before which it counts; the last without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<usize>,
    /// Kinds: `message`, `echo`, `postback` and so on, one or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OneOrMany>,
    /// Name of an event of kind `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<OneOrMany>,
    /// Regular expression over the payload of a postback or quick reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Regular expression over the text, if texts are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Regular expression over the ref.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub referral_ref: Option<String>,
    /// Entry points, one or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<OneOrMany>,
    /// Ads, one or a list of ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ad: Option<OneOrMany>,
    /// Names of conversions, one or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<OneOrMany>,
    /// A conversion's least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_value: Option<f64>,
    /// A conversion's largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<f64>,
}

/// One text, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several: one of them.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub(super) fn as_list(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    pub(super) fn into_list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}
