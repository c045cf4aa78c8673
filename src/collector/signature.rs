//! `X-Hub-Signature-256`: HMAC-SHA256 of the raw body, keyed with the app secret
//! (Meta, "Webhooks: getting started", validating payloads).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The header's name.
pub const HEADER: &str = "x-hub-signature-256";
const PREFIX: &str = "sha256=";

/// Whether `header` is the signature of `body` under one of the secrets.
pub(super) fn is_valid(secrets: &[SecretString], header: &str, body: &[u8]) -> bool {
    let digest = header.strip_prefix(PREFIX).and_then(|digest| hex::decode(digest).ok());
    digest.is_some_and(|digest| fits_any(secrets, &digest, body))
}

/// Whether `digest` is the HMAC of `message` under one of the secrets. Every secret is tried, each
/// in constant time.
pub(super) fn fits_any(secrets: &[SecretString], digest: &[u8], message: &[u8]) -> bool {
    secrets.iter().fold(false, |fits, secret| {
        mac(secret.expose_secret(), message).is_some_and(|mac| mac.verify_slice(digest).is_ok())
            | fits
    })
}

/// The header that Meta would send for `body`.
#[must_use]
pub fn sign(secret: &str, body: &[u8]) -> String {
    let digest = mac(secret, body).map(|mac| mac.finalize().into_bytes());
    format!("{PREFIX}{}", digest.map(hex::encode).unwrap_or_default())
}

pub(super) fn mac(secret: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    Some(mac)
}
