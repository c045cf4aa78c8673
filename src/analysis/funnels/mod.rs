//! Funnels that a team defines, over the events themselves: [`WrittenFunnel`] is checked into a
//! [`Funnel`], [`attempts`] tells how far a unit gets, [`Counting`] counts.

mod ages;
mod attempt;
mod bounds;
mod checking;
mod counts;
mod definition;
mod error;
mod groups;
mod units;
mod written;

pub use ages::{AgingUnits, UnitAges};
pub use attempt::{Attempt, attempts};
pub use counts::{Counting, Reached, Reaching};
pub use definition::{Funnel, Funnels, Order, Reentry, Rules, Unit};
pub use error::FunnelError;
pub use units::no_conversations;
pub use written::{OneOrMany, WrittenFunnel, WrittenMatch};

pub use crate::domain::Occurrence;
