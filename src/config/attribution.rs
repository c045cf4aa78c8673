//! `[attribution]`: how credit is given where a question does not say otherwise.

use anyhow::{Context, bail};
use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::analysis::{Model, Parameters};

pub(super) const SECTION: Section = section(
    "[attribution]",
    "How credit is given where a question does not say otherwise: see [definitions](definitions.md).",
    &[
        key(
            "model",
            "\"last\"",
            "`first`, `last`, `last_non_organic`, `linear`, `position`, `time_decay`, `markov` or `shapley`",
        ),
        key("lookback_days", "28", "days before a conversion in which touchpoints earn credit"),
        key(
            "half_life_days",
            "7.0",
            "for `time_decay`: days in which a touchpoint's weight halves",
        ),
        key("first_share", "0.4", "for `position`: share of the first touchpoint"),
        key("last_share", "0.4", "for `position`: share of the last touchpoint"),
        key("order", "1", "for `markov`: touchpoints that a state of the chain remembers, 1 to 4"),
    ],
);

/// The section as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Attribution {
    model: String,
    lookback_days: u32,
    half_life_days: f64,
    first_share: f64,
    last_share: f64,
    order: usize,
}

impl Default for Attribution {
    fn default() -> Self {
        let usual = Parameters::default();
        Self {
            model: Model::Last.as_str().to_owned(),
            lookback_days: usual.lookback_days,
            half_life_days: usual.half_life_days,
            first_share: usual.first_share,
            last_share: usual.last_share,
            order: usual.order,
        }
    }
}

impl Attribution {
    pub(super) fn check(self) -> anyhow::Result<(Model, Parameters)> {
        let model = Model::parse(&self.model).context("attribution.model")?;
        let parameters = Parameters {
            lookback_days: self.lookback_days,
            half_life_days: self.half_life_days,
            first_share: self.first_share,
            last_share: self.last_share,
            order: self.order,
        };
        if let Err((key, reason)) = parameters.check() {
            bail!("attribution.{key}: {reason}");
        }
        Ok((model, parameters))
    }
}
