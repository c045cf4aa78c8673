//! Who earns credit, as a page.

pub(crate) mod channels;
pub(crate) mod choices;
pub(crate) mod journeys;
pub(crate) mod page;
