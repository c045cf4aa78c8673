//! What is made of events and kept: conversations, touchpoints, conversions, people.

pub(in crate::store) mod materialization;
pub(in crate::store) mod rebuild;
pub(in crate::store) mod sequences;
mod thread_events;
