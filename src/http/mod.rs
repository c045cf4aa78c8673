//! What every room that answers over HTTP shares: problems, pages, languages, limits, and answers in the form that was
//! asked for.

pub mod carried;
pub(crate) mod chosen;
pub(crate) mod kept;
pub mod locale;
pub mod nav;
pub(crate) mod own;
pub mod page;
pub mod problem;
pub mod rate_limit;
pub mod respond;
pub mod same_origin;
pub mod stream;
pub mod token_cookie;
pub(crate) mod visitor;
