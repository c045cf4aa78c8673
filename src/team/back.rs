//! Where a form leads back to: the page of ours on which it was.

use axum::response::Redirect;

use crate::http::same_origin::own_path;

/// The page, or `otherwise` if it is none of ours.
pub(super) fn to(page: &str, otherwise: &str) -> Redirect {
    Redirect::to(if is_ours(page) { page } else { otherwise })
}

/// Whether it is a path here, as a header may hold it.
fn is_ours(page: &str) -> bool {
    own_path(page).is_some_and(|page| page.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        assert!(is_ours("/") && is_ours("/funnels?by=ad&filter=source%3Dad"));
        for page in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/ä"]
        {
            assert!(!is_ours(page), "{page}");
        }
    }
}
