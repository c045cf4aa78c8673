//! A text as a part of an address's path.

/// A path knows no plus for a space.
pub(crate) fn path_part(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
