//! Where an ad's page is.

use crate::web::dashboard::path_part::path_part;

/// The address of an ad's page.
pub(crate) fn address(id: &str) -> String {
    format!("/ads/{}", path_part(id))
}
