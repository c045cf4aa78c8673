//! `X-Hub-Signature-256`, made and checked as the product does.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header's name.
pub const HEADER: &str = "x-hub-signature-256";
const PREFIX: &str = "sha256=";

/// Whether `header` is the signature of `body`; compared in constant time.
#[must_use]
pub fn is_valid(secret: &str, header: &str, body: &[u8]) -> bool {
    let Some(digest) = header.strip_prefix(PREFIX).and_then(|digest| hex::decode(digest).ok())
    else {
        return false;
    };
    mac(secret, body).is_some_and(|mac| mac.verify_slice(&digest).is_ok())
}

/// The header that Meta would send for `body`.
#[must_use]
pub fn sign(secret: &str, body: &[u8]) -> String {
    let digest = mac(secret, body).map(|mac| mac.finalize().into_bytes());
    format!("{PREFIX}{}", digest.map(hex::encode).unwrap_or_default())
}

fn mac(secret: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    Some(mac)
}
