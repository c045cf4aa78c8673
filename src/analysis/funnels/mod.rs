//! Funnels that a team defines, over the events themselves: [`WrittenFunnel`] is checked into a
//! [`Funnel`], [`attempts`] tells how far a unit gets, [`Counting`] counts.

mod attempt;
mod bounds;
mod counts;
mod definition;
mod units;
mod written;

pub use attempt::{Attempt, attempts};
pub use counts::{Counting, Reached, Reaching};
pub use definition::{Funnel, Funnels, Order, Reentry, Rules, Unit};
pub use written::{FunnelError, OneOrMany, WrittenFunnel, WrittenMatch};

pub use crate::domain::Occurrence;
