//! Meta's `signed_request`: `base64url(signature).base64url(json)`, HMAC-SHA256 of the second part
//! as it is written, keyed with the app secret (Meta, "Data Deletion Request Callback").

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;

use super::signature::fits_any;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SignedRequest {
    /// The app-scoped id of the person.
    pub user_id: String,
    /// When Meta signed it, Unix seconds, as Meta says.
    pub issued_at: Option<i64>,
}

/// Why a signed request is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignedRequestError {
    /// Not two parts in base64url.
    #[error("signed_request is not base64url(signature).base64url(json)")]
    Form,
    /// Signed with none of the app secrets.
    #[error("signed_request is signed with none of the app secrets")]
    Signature,
    /// Well signed, but not what was expected.
    #[error("signed_request holds no user_id: {0}")]
    Content(String),
}

/// Reads a signed request that was signed with one of `secrets`.
///
/// # Errors
/// If it is malformed, signed by somebody else, or without a `user_id`.
pub fn verify(
    secrets: &[SecretString],
    signed_request: &str,
) -> Result<SignedRequest, SignedRequestError> {
    let (signature, payload) = signed_request.split_once('.').ok_or(SignedRequestError::Form)?;
    let signature = decode(signature)?;
    let json = decode(payload)?;
    if !fits_any(secrets, &signature, payload.as_bytes()) {
        return Err(SignedRequestError::Signature);
    }
    serde_json::from_slice(&json).map_err(|error| SignedRequestError::Content(error.to_string()))
}

/// Meta leaves the padding out; some libraries put it in.
fn decode(part: &str) -> Result<Vec<u8>, SignedRequestError> {
    URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).map_err(|_| SignedRequestError::Form)
}

#[cfg(test)]
mod tests {
    use hmac::Mac;

    use super::super::signature::mac;
    use super::*;

    fn signed(secret: &str, json: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(json);
        let signature = mac(secret, payload.as_bytes()).unwrap().finalize().into_bytes();
        format!("{}.{payload}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn only_what_a_secret_of_ours_signed_is_read() {
        let secrets = ["old".to_owned().into(), "new".to_owned().into()];
        let json = r#"{"algorithm":"HMAC-SHA256","issued_at":1291836800,"user_id":"218471"}"#;
        for secret in ["old", "new"] {
            let read = verify(&secrets, &signed(secret, json)).unwrap();
            assert_eq!(read.user_id, "218471");
        }
        let foreign = signed("other", json);
        assert_eq!(verify(&secrets, &foreign), Err(SignedRequestError::Signature));
        assert_eq!(verify(&[], &foreign), Err(SignedRequestError::Signature));
        let (signature, _) = foreign.split_once('.').unwrap();
        for broken in ["", ".", "a", "é.é", signature, &format!("{signature}.%")] {
            assert!(verify(&secrets, broken).is_err(), "{broken}");
        }
        let without = verify(&secrets, &signed("new", "{}"));
        assert!(matches!(without, Err(SignedRequestError::Content(_))));
    }
}
