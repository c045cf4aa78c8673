//! Any header over any body: a signature is valid only if it is the right one, under one of the
//! secrets, hex case aside. What is right is worked out a second time, from the RFC.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use messenger_funnel_fuzz::collector::{is_valid, sign};
use messenger_funnel_fuzz::mac::hmac_sha256;
use secrecy::SecretString;

const SECRETS: [&str; 2] =
    ["a secret", "the secret before it, which is longer than a block of the hash's"];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    header: Header<'a>,
    body: &'a [u8],
}

#[derive(Debug, Arbitrary)]
enum Header<'a> {
    /// Whatever somebody sends.
    Foreign(&'a str),
    /// The right one with its hex in mixed case.
    Right { secret: bool, capitals: u64 },
    /// The right one with one byte changed.
    Changed { secret: bool, at: u8, byte: u8 },
    /// The right one, cut off or with something behind it.
    Resized { secret: bool, cut: u8, behind: &'a str },
    /// Signed with another secret.
    Other(&'a str),
}

fuzz_target!(|input: Input<'_>| {
    let Input { header, body } = input;
    let right = |secret: bool| {
        let secret = SECRETS[usize::from(secret)];
        let header = format!("sha256={}", hex::encode(hmac_sha256(secret.as_bytes(), body)));
        assert_eq!(sign(secret, body), header);
        header
    };
    let header = match header {
        Header::Foreign(header) => header.to_owned(),
        Header::Right { secret, capitals } => {
            let header = right(secret);
            let digest = header["sha256=".len()..].char_indices().map(|(at, letter)| {
                if capitals >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
            });
            let header = format!("sha256={}", digest.collect::<String>());
            assert!(accepted(&header, body), "the right signature is refused: {header}");
            header
        }
        Header::Changed { secret, at, byte } => {
            let mut header = right(secret).into_bytes();
            let at = usize::from(at) % header.len();
            header[at] = byte;
            String::from_utf8_lossy(&header).into_owned()
        }
        Header::Resized { secret, cut, behind } => {
            let header = right(secret);
            format!("{}{behind}", &header[..usize::from(cut).min(header.len())])
        }
        Header::Other(secret) => sign(secret, body),
    };
    assert_eq!(accepted(&header, body), expected(&header, body), "{header}");
    assert!(!is_valid(&[], &header, body), "no secret, but {header} is valid");
});

fn accepted(header: &str, body: &[u8]) -> bool {
    is_valid(&SECRETS.map(SecretString::from), header, body)
}

fn expected(header: &str, body: &[u8]) -> bool {
    let Some(digest) = header.strip_prefix("sha256=") else { return false };
    SECRETS.iter().any(|secret| {
        hex::encode(hmac_sha256(secret.as_bytes(), body)) == digest.to_ascii_lowercase()
    })
}
