//! Where a form leads back to: the page of ours on which it was.

use axum::response::Redirect;

/// The page, or `otherwise` if it is none of ours.
pub(super) fn to(page: &str, otherwise: &str) -> Redirect {
    Redirect::to(if is_ours(page) { page } else { otherwise })
}

/// Whether it is a path here: browsers take `//host` and `/\host` for another site's.
fn is_ours(page: &str) -> bool {
    let is_plain = page.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    page.starts_with('/') && !page.starts_with("//") && is_plain
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
