//! The models by name, what each means, and the numbers that they take.

use crate::analysis::AnalysisError;
use crate::domain::{DAY_MS, DEFAULT_LOOKBACK_DAYS};
use crate::language::{Message, say};

/// How credit is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    /// All to the first touchpoint.
    First,
    /// All to the last touchpoint.
    Last,
    /// All to the last touchpoint that is not organic.
    LastNonOrganic,
    /// The same to each touchpoint.
    Linear,
    /// Fixed shares to the first and the last touchpoint, the rest to those between.
    Position,
    /// Twice as much to a touchpoint that is a half-life later.
    TimeDecay,
    /// By what would be lost without a channel: the removal effect in a Markov chain.
    Markov,
    /// By what a channel adds to every coalition of others: the Shapley value.
    Shapley,
}

impl Model {
    /// Every model, in the order in which views list them.
    pub const ALL: [Self; 8] = [
        Self::First,
        Self::Last,
        Self::LastNonOrganic,
        Self::Linear,
        Self::Position,
        Self::TimeDecay,
        Self::Markov,
        Self::Shapley,
    ];

    /// Its name in questions and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::LastNonOrganic => "last_non_organic",
            Self::Linear => "linear",
            Self::Position => "position",
            Self::TimeDecay => "time_decay",
            Self::Markov => "markov",
            Self::Shapley => "shapley",
        }
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// What it does, for people who have to decide by it.
    #[must_use]
    pub fn explanation(self) -> Message {
        say(format!("model-{}.explanation", self.as_str()))
    }

    /// Whether credit depends on other journeys than the converting one, so that few of them make
    /// it shaky.
    #[must_use]
    pub fn is_data_driven(self) -> bool {
        matches!(self, Self::Markov)
    }

    /// The model of that name.
    ///
    /// # Errors
    /// [`AnalysisError::UnknownModel`] with the allowed names.
    pub fn parse(name: &str) -> Result<Self, AnalysisError> {
        let known = Self::ALL.into_iter().find(|model| model.as_str() == name);
        known.ok_or_else(|| AnalysisError::UnknownModel { asked: name.to_owned() })
    }
}

/// The numbers that the models take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Days before a conversion in which touchpoints earn credit.
    pub lookback_days: u32,
    /// `time_decay`: days in which a touchpoint's weight halves.
    pub half_life_days: f64,
    /// `position`: the first touchpoint's share, 0 to 1.
    pub first_share: f64,
    /// `position`: the last touchpoint's share, 0 to 1.
    pub last_share: f64,
    /// `markov`: how many touchpoints a state of the chain remembers, 1 to 4.
    pub order: usize,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            lookback_days: DEFAULT_LOOKBACK_DAYS,
            half_life_days: 7.0,
            first_share: 0.4,
            last_share: 0.4,
            order: 1,
        }
    }
}

impl Parameters {
    /// Whether every number is in its range.
    ///
    /// # Errors
    /// The name of the parameter that is not, and what it may be.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=3650).contains(&self.lookback_days) {
            let reason = format!("{} is not between 1 and 3650", self.lookback_days);
            return Err(("lookback_days", reason));
        }
        if !(self.half_life_days > 0.0 && self.half_life_days <= 3650.0) {
            let reason = format!("{} is not above 0 and at most 3650", self.half_life_days);
            return Err(("half_life_days", reason));
        }
        for (name, share) in [("first_share", self.first_share), ("last_share", self.last_share)] {
            if !(0.0..=1.0).contains(&share) {
                return Err((name, format!("{share} is not between 0 and 1")));
            }
        }
        if self.first_share + self.last_share > 1.0 {
            let sum = self.first_share + self.last_share;
            return Err(("last_share", format!("with first_share it makes {sum}, more than 1")));
        }
        if !(1..=4).contains(&self.order) {
            return Err(("order", format!("{} is not between 1 and 4", self.order)));
        }
        Ok(())
    }

    /// The lookback window in milliseconds.
    #[must_use]
    pub fn lookback_ms(&self) -> i64 {
        i64::from(self.lookback_days) * DAY_MS
    }
}
