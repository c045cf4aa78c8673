//! Requests to systems of others, and how their answers come back. The second implementation is the tests', in which
//! answers are late, or lost.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{Client, ClientBuilder, Request, Response};
use rustls::{ClientConfig, RootCertStore};

/// Sends requests.
#[async_trait]
pub trait Sender: Debug + Send + Sync {
    /// Sends one.
    ///
    /// # Errors
    /// If no answer came.
    async fn send(&self, request: Request) -> Result<Response, Unanswered>;
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// In words, without the address, which may hold what is nobody's business.
    pub reason: String,
    /// Whether the request surely did not arrive.
    pub never_left: bool,
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        let never_left = error.is_connect() || error.is_builder();
        Self { reason: with_causes(&error.without_url()), never_left }
    }
}

/// A client that trusts the authorities that the system trusts, or Mozilla's list of them where the system has none.
///
/// # Errors
/// If there can be no client.
pub fn client(configured: impl Fn(ClientBuilder) -> ClientBuilder) -> reqwest::Result<Client> {
    configured(Client::builder()).build().or_else(|error| match mozillas_list() {
        Ok(tls) => configured(Client::builder().tls_backend_preconfigured(tls)).build(),
        Err(_) => Err(error),
    })
}

fn mozillas_list() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// From so many bytes on a secret is taken out wherever it stands, also within other words.
const SURE_SECRET: usize = 8;
/// A shorter one is taken out where it is a word of its own; what is shorter than this is in every text, and protects
/// nothing.
const SHORTEST_SECRET: usize = 4;

/// What another system said, without a secret that it repeats: as it is, or as addresses and JSON spell it.
pub fn without_secret(text: &str, secret: &str) -> String {
    if secret.len() < SHORTEST_SECRET {
        return text.to_owned();
    }
    let in_address: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let in_json = serde_json::Value::from(secret).to_string();
    let spelled = [secret, &in_address, &in_address.replace('+', "%20"), in_json.trim_matches('"')];
    spelled.iter().fold(text.to_owned(), |text, secret| without(&text, secret))
}

fn without(text: &str, secret: &str) -> String {
    let (mut told, mut end, mut from) = (String::with_capacity(text.len()), 0, 0);
    while let Some(found) = text[from..].find(secret) {
        let (start, behind) = (from + found, from + found + secret.len());
        let is_within_word =
            ends_in_word(&text[..start]) || text[behind..].starts_with(char::is_alphanumeric);
        if is_within_word && secret.len() < SURE_SECRET {
            // Another may begin within it.
            from = start + text[start..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        told.push_str(&text[end..start]);
        told.push('…');
        (end, from) = (behind, behind);
    }
    told + &text[end..]
}

/// Whether a text ends with a letter or digit that is not the end of a sign spelled out: `%2F`, `\n`, `\u003C`, `\x3C`.
fn ends_in_word(text: &str) -> bool {
    let spelled = |sign: &str, digits: usize| {
        let head = text.len().checked_sub(sign.len() + digits);
        let head = head.filter(|start| text.is_char_boundary(*start)).map(|start| &text[start..]);
        head.and_then(|head| head.strip_prefix(sign))
            .is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let is_spelled = spelled("%", 2)
        || spelled("\\u", 4)
        || spelled("\\x", 2)
        || ["\\n", "\\r", "\\t", "\\b", "\\f"].iter().any(|sign| text.ends_with(sign));
    text.ends_with(char::is_alphanumeric) && !is_spelled
}

/// An error and its causes, those left out that it has told itself.
pub fn with_causes(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        next = cause.source();
    }
    told
}

#[async_trait]
impl Sender for Client {
    async fn send(&self, request: Request) -> Result<Response, Unanswered> {
        self.execute(request).await.map_err(Unanswered::from)
    }
}

#[cfg(test)]
mod tests {
    use super::without_secret;

    #[test]
    fn a_secret_is_taken_out_and_words_that_hold_a_few_letters_of_it_stay() {
        let said = "a malformed access token: access, accessible";
        for (secret, told) in [
            ("", said),
            ("a", said),
            ("ss", said),
            ("acc", said),
            ("access", "a malformed … token: …, accessible"),
            ("cess", said),
            ("malformed", "a … access token: access, accessible"),
            ("ed access", "a malform… token: access, accessible"),
        ] {
            assert_eq!(without_secret(said, secret), told, "{secret}");
        }
        assert_eq!(without_secret("x12345678x12345678é", "12345678"), "x…x…é");
        assert_eq!(without_secret("é1234 1234", "1234"), "é1234 …");
        // One that is part of a word hides none that begins within it.
        assert_eq!(without_secret("xab-ab-ab", "ab-ab"), "xab-…");
    }

    #[test]
    fn a_secret_is_taken_out_however_it_is_spelled() {
        for (said, secret, told) in [
            ("a%2Fabcd%2Fb", "abcd", "a%2F…%2Fb"),
            (r"a\nabcd\n", "abcd", r"a\n…\n"),
            (r"\u003Cabcd\u003E \x3Cabcd", "abcd", r"\u003C…\u003E \x3C…"),
            ("key=a%2Fb%2Bc%20d", "a/b+c d", "key=…"),
            ("key=a%2Fb%2Bc+d", "a/b+c d", "key=…"),
            (r#"{"key":"a\"b\\cd"}"#, r#"a"b\cd"#, r#"{"key":"…"}"#),
            ("%2 abcd 2Fabcd", "abcd", "%2 … 2Fabcd"),
        ] {
            assert_eq!(without_secret(said, secret), told);
        }
    }
}
