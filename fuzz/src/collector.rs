//! The collector's two signature checks, with the names that the targets may call.

#[path = "../../src/collector/signature.rs"]
mod signature;
#[path = "../../src/collector/signed_request.rs"]
pub mod signed_request;

use secrecy::SecretString;

pub use signature::{HEADER as SIGNATURE_HEADER, sign};

/// `signature::is_valid`, which only the collector sees.
pub fn is_valid(secrets: &[SecretString], header: &str, body: &[u8]) -> bool {
    signature::is_valid(secrets, header, body)
}
