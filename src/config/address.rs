//! Addresses in the settings.

use anyhow::bail;

/// Whether it is an address that says nothing secret.
pub(super) fn check_url(key: &str, url: Option<&str>) -> anyhow::Result<()> {
    let Some(url) = url else { return Ok(()) };
    // The value is not repeated: it may hold a password.
    if !url.starts_with("http://") && !url.starts_with("https://") {
        bail!("{key}: it does not start with http:// or https://");
    }
    if url.contains('@') {
        bail!("{key}: user and password belong into keys of their own, not into the URL");
    }
    Ok(())
}
