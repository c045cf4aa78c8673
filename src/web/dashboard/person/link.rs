//! Where a person's page is.

use crate::web::dashboard::path_part::path_part;

/// The address of a person's page.
pub(crate) fn address(page: &str, person: &str) -> String {
    format!("/people/{}/{}", path_part(page), path_part(person))
}
