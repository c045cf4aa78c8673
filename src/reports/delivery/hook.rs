//! To a chat's incoming webhook, in the form that Slack takes and others understand
//! (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>).

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::parcel::{Parcel, Undelivered};
use crate::outgoing::{self, Sender, Unanswered};

/// A message takes 40,000 letters at Slack; a table is cut long before it tires its reader.
const MOST_LETTERS: usize = 2_800;
const LIMIT: Duration = Duration::from_secs(30);

/// A webhook; its address is a secret.
#[derive(Debug, Clone)]
pub struct Hook {
    url: SecretString,
    by: Option<Arc<dyn Sender>>,
}

impl Hook {
    /// A webhook that is reached over the network, or by a way of its own.
    pub(super) fn new(url: SecretString, by: Option<Arc<dyn Sender>>) -> Result<Self, String> {
        let parsed = Url::parse(url.expose_secret());
        let is_web = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        // The address is not repeated: who knows it may write there.
        if is_web {
            Ok(Self { url, by })
        } else {
            Err("it is no address with http:// or https://".into())
        }
    }

    pub(super) async fn deliver(&self, parcel: &Parcel) -> Result<(), Undelivered> {
        let text = text(parcel);
        let request = self.request(parcel, &text)?;
        let sender = match &self.by {
            Some(by) => Arc::clone(by),
            None => Arc::new(client().map_err(Undelivered::surely)?),
        };
        let answer = sender.send(request).await.map_err(|Unanswered { reason, never_left }| {
            if never_left { Undelivered::surely(reason) } else { Undelivered::perhaps(reason) }
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        // A gateway that gave up waiting does not know what became of it.
        if matches!(status.as_u16(), 502 | 504) {
            return Err(Undelivered::perhaps(status));
        }
        Err(Undelivered::surely(format!("{status}: {}", self.said(answer).await)))
    }
}

impl Hook {
    fn request(&self, parcel: &Parcel, text: &str) -> Result<Request, Undelivered> {
        let url = Url::parse(self.url.expose_secret()).map_err(Undelivered::surely)?;
        let mut request = Request::new(Method::POST, url);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        // Who understands it takes the same run once.
        let run = HeaderValue::from_str(&parcel.run).map_err(Undelivered::surely)?;
        request.headers_mut().insert("idempotency-key", run);
        *request.body_mut() = Some(json!({ "text": text }).to_string().into());
        Ok(request)
    }

    /// The begin of what it said, without the secret parts of its address, should it repeat them.
    async fn said(&self, mut answer: reqwest::Response) -> String {
        let mut said = Vec::new();
        while said.len() < 2_000
            && let Ok(Some(chunk)) = answer.chunk().await
        {
            said.extend_from_slice(&chunk);
        }
        let mut said = cut(String::from_utf8_lossy(&said).trim(), 200);
        let address = self.url.expose_secret();
        let parts = address.splitn(4, '/').nth(3).unwrap_or_default();
        for part in std::iter::once(parts).chain(parts.split(['/', '?', '&', '='])) {
            said = outgoing::without_secret(&said, part);
        }
        said
    }
}

fn client() -> reqwest::Result<reqwest::Client> {
    outgoing::client(|client| client.timeout(LIMIT).redirect(reqwest::redirect::Policy::none()))
}

/// The message.
fn text(parcel: &Parcel) -> String {
    let link = parcel.link.as_ref().map(|link| format!("\n<{link}|Files>")).unwrap_or_default();
    let table = escaped(cut(&parcel.table, MOST_LETTERS).as_str()).replace("```", "'''");
    let title = escaped(&parcel.title).replace(['*', '`'], "");
    format!("*{title}*, {}\n```\n{table}```{link}", escaped(&parcel.covers))
}

/// What has a meaning in Slack's messages; refs and names are anybody's words.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…\n", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_word_in_a_table_is_taken_for_a_sign_of_the_message(
            words in prop_oneof!["[`*<>|!&a\\r\\n]{0,40}", any::<String>()],
        ) {
            let words = format!("{words}<!channel>```");
            let said = text(&Parcel { table: words.clone(), title: words, ..Parcel::default() });
            prop_assert_eq!(said.matches("```").count(), 2, "{}", &said);
            let title = said.split("```").next().unwrap_or_default();
            prop_assert_eq!(title.matches('*').count(), 2, "{}", &said);
            prop_assert!(!said.contains('<') && !said.contains('>'), "{}", &said);
        }
    }
}
