//! Funnels that a team defines, over the events themselves: [`WrittenFunnel`] is checked into a
//! [`Funnel`], [`attempts`] tells how far a unit gets, [`own_funnel`] counts.

mod attempt;
mod counts;
mod definition;
mod written;

pub use attempt::{Attempt, Occurrence, attempts};
pub use counts::{Dropped, dropped, own_funnel};
pub use definition::{Funnel, Funnels, Order, Reentry, Rules, Unit};
pub use written::{FunnelError, OneOrMany, WrittenFunnel, WrittenMatch};
