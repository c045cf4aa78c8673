//! Where a person's page is.

/// The address of a person's page.
pub(crate) fn address(page: &str, person: &str) -> String {
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    // A path knows no plus for a space.
    format!("/people/{}/{}", part(page), part(person)).replace('+', "%20")
}
