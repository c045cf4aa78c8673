//! Any text as Meta's `signed_request`: it is taken only if one of the secrets signed it, and then
//! it says what was signed. What is right is worked out a second time, from the RFC.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use messenger_funnel_fuzz::collector::signed_request::{SignedRequest, SignedRequestError, verify};
use messenger_funnel_fuzz::mac::hmac_sha256;
use secrecy::SecretString;

const SECRETS: [&str; 2] = ["a secret", "the secret before it"];

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    /// Whatever somebody sends.
    Foreign(&'a str),
    /// Signed with one of the secrets.
    Signed { secret: bool, json: &'a [u8] },
    /// Signed for this person with one of the secrets.
    Person { secret: bool, user_id: &'a str },
    /// Signed with one of the secrets, then one byte was changed.
    Changed { secret: bool, at: u16, byte: u8, json: &'a [u8] },
    /// Signed with one of the secrets, but with the signature cut off or drawn out.
    Resized { secret: bool, bytes: u8, json: &'a [u8] },
    /// Signed with another secret.
    Other { secret: &'a str, json: &'a [u8] },
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Foreign(text) => {
        assert!(read(text).is_err() || is_right(text), "{text} is taken");
    }
    Input::Signed { secret, json } => {
        let read = read(&signed(SECRETS[usize::from(secret)], json));
        let wrong = matches!(read, Err(SignedRequestError::Form | SignedRequestError::Signature));
        assert!(!wrong, "the right signature is refused: {read:?}");
    }
    Input::Person { secret, user_id } => {
        let json = serde_json::json!({ "algorithm": "HMAC-SHA256", "user_id": user_id });
        let read = read(&signed(SECRETS[usize::from(secret)], json.to_string().as_bytes()));
        assert_eq!(read.map(|read| read.user_id), Ok(user_id.to_owned()));
    }
    Input::Changed { secret, at, byte, json } => {
        let mut text = signed(SECRETS[usize::from(secret)], json).into_bytes();
        let at = usize::from(at) % text.len();
        text[at] = byte;
        let text = String::from_utf8_lossy(&text);
        assert!(read(&text).is_err() || is_right(&text), "{text} is taken");
    }
    Input::Resized { secret, bytes, json } => {
        let payload = URL_SAFE_NO_PAD.encode(json);
        let key = SECRETS[usize::from(secret)].as_bytes();
        let mut signature = hmac_sha256(key, payload.as_bytes()).to_vec();
        signature.resize(usize::from(bytes) % 40, 0);
        let text = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(signature));
        assert!(read(&text).is_err() || is_right(&text), "{text} is taken");
    }
    Input::Other { secret, json } => {
        let text = signed(secret, json);
        assert!(read(&text).is_err() || is_right(&text), "{text} is taken");
    }
});

fn read(text: &str) -> Result<SignedRequest, SignedRequestError> {
    let nobody = verify(&[], text);
    assert!(nobody.is_err(), "no secret, but {text} is taken");
    verify(&SECRETS.map(SecretString::from), text)
}

fn signed(secret: &str, json: &[u8]) -> String {
    let payload = URL_SAFE_NO_PAD.encode(json);
    let signature = hmac_sha256(secret.as_bytes(), payload.as_bytes());
    format!("{}.{payload}", URL_SAFE_NO_PAD.encode(signature))
}

/// Whether one of the secrets signed the text; padding may stand behind the signature.
fn is_right(text: &str) -> bool {
    let Some((signature, payload)) = text.split_once('.') else { return false };
    SECRETS.iter().any(|secret| {
        let right = hmac_sha256(secret.as_bytes(), payload.as_bytes());
        URL_SAFE_NO_PAD.encode(right) == signature.trim_end_matches('=')
    })
}
