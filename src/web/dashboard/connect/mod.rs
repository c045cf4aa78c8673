//! A question for a spreadsheet: an address with a token of its own, which may ask nothing else.

pub(crate) mod page;
