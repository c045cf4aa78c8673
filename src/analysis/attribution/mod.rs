//! Credit for conversions over the touchpoints before them.
//!
//! [`journeys_of`] and [`journeys_of_paths`] make [`Journeys`]; [`attribution()`] gives credit by one
//! model, [`comparison()`] by all of them side by side, and [`describe`] tells how journeys look.

mod chain;
mod comparison;
mod costs;
mod credits;
mod description;
mod from_paths;
mod from_threads;
mod intervals;
mod journeys;
mod markov;
mod model;
mod notes;
mod report;
mod shapley;
mod shares;

pub use comparison::{Compared, Comparison, ComparisonRow, comparison};
pub use costs::{ChannelCost, CostReport, costs};
pub use description::{
    Assists, Description, LagDays, PathLength, PeopleKind, TopPath, Transition, describe,
};
pub use from_paths::journeys_of_paths;
pub use from_threads::{Scope, goals, journeys_of};
pub use journeys::{Journeys, NONE};
pub use model::{Model, Parameters};
pub use report::{AttributionReport, ChannelCredit, attribution};

use credits::Credits;

/// The credit that a model gives.
fn credits(journeys: &Journeys, model: Model, parameters: &Parameters) -> Credits {
    match model {
        Model::First => shares::first(journeys),
        Model::Last => shares::last(journeys),
        Model::LastNonOrganic => shares::last_non_organic(journeys),
        Model::Linear => shares::linear(journeys),
        Model::Position => shares::position(journeys, parameters),
        Model::TimeDecay => shares::time_decay(journeys, parameters),
        Model::Markov => markov::markov(journeys, parameters.order).0,
        Model::Shapley => shapley::shapley(journeys),
    }
}
