//! To a webhook: in the form that Slack takes and others understand
//! (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>), in that of Teams
//! (<https://learn.microsoft.com/en-us/connectors/teams/>), or as JSON that is signed.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;

use super::parcel::{Parcel, Undelivered};
use crate::outgoing::{self, Sender, Unanswered};

/// A message takes 40,000 letters at Slack; a table is cut long before it tires its reader.
const MOST_LETTERS: usize = 2_800;
/// Bytes of an answer that are read at least, if it is so long.
const MOST_SAID: usize = 4_000;
const LIMIT: Duration = Duration::from_secs(30);

/// Who reads the signature of a signed webhook finds it here: `sha256=` and the HMAC of the body, hexadecimal.
const SIGNATURE: &str = "x-messenger-funnel-signature";

/// In which form a webhook is told.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// As Slack takes it.
    Slack,
    /// As Teams takes it: an adaptive card.
    Teams,
    /// As JSON with every part by its name, signed by this secret.
    Json(SecretString),
}

/// A webhook; its address is a secret.
#[derive(Debug, Clone)]
pub struct Hook {
    url: SecretString,
    form: Form,
    by: Option<Arc<dyn Sender>>,
}

impl Hook {
    /// A webhook that is reached over the network, or by a way of its own.
    pub(super) fn new(
        url: SecretString,
        form: Form,
        by: Option<Arc<dyn Sender>>,
    ) -> Result<Self, String> {
        let parsed = Url::parse(url.expose_secret());
        let is_web = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        // The address is not repeated: who knows it may write there.
        if is_web {
            Ok(Self { url, form, by })
        } else {
            Err("it is no address with http:// or https://".into())
        }
    }

    pub(super) async fn deliver(&self, parcel: &Parcel) -> Result<(), Undelivered> {
        let request = self.request(parcel)?;
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
    fn request(&self, parcel: &Parcel) -> Result<Request, Undelivered> {
        let url = Url::parse(self.url.expose_secret()).map_err(Undelivered::surely)?;
        let mut request = Request::new(Method::POST, url);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        // Who understands it takes the same run once.
        let run = HeaderValue::from_str(&parcel.run).map_err(Undelivered::surely)?;
        request.headers_mut().insert("idempotency-key", run);
        let body = match &self.form {
            Form::Slack => json!({ "text": text(parcel) }).to_string(),
            Form::Teams => card(parcel).to_string(),
            Form::Json(secret) => {
                let body = parts(parcel).to_string();
                let signature = signature(secret, body.as_bytes()).map_err(Undelivered::surely)?;
                request.headers_mut().insert(SIGNATURE, signature);
                body
            }
        };
        *request.body_mut() = Some(body.into());
        Ok(request)
    }

    /// The begin of what it said, without the secret parts of its address, should it repeat them.
    async fn said(&self, mut answer: reqwest::Response) -> String {
        let mut said = Vec::new();
        while said.len() < MOST_SAID
            && let Ok(Some(chunk)) = answer.chunk().await
        {
            said.extend_from_slice(&chunk);
        }
        without_address(&String::from_utf8_lossy(&said), self.url.expose_secret())
    }
}

/// The begin of what was said, without the secret parts of an address; the longest first, as it may hold others.
fn without_address(said: &str, address: &str) -> String {
    let secret = address.splitn(4, '/').nth(3).unwrap_or_default();
    let pairs = secret.split(['/', '?', '&', '#']);
    let mut parts: Vec<&str> =
        pairs.flat_map(|pair| [pair].into_iter().chain(pair.split('='))).collect();
    parts.extend([secret, secret.split('?').next().unwrap_or_default()]);
    parts.sort_unstable_by_key(|part| std::cmp::Reverse(part.len()));
    parts.dedup();
    // What was not read to its end may end within a secret.
    let unsure = if said.len() < MOST_SAID { 0 } else { address.len() };
    let sure = said.char_indices().take_while(|(start, _)| start + unsure < said.len());
    let whole: String = sure.map(|(_, letter)| letter).collect();
    let told = parts.into_iter().fold(whole, |told, part| outgoing::without_secret(&told, part));
    cut(told.trim(), 200)
}

fn client() -> reqwest::Result<reqwest::Client> {
    outgoing::client(|client| client.timeout(LIMIT).redirect(reqwest::redirect::Policy::none()))
}

/// The message in Slack's form.
fn text(parcel: &Parcel) -> String {
    let name = link_name(parcel);
    let link = parcel.link.as_ref().map(|link| format!("\n<{link}|{name}>")).unwrap_or_default();
    let table = escaped(cut(&parcel.table, MOST_LETTERS).as_str()).replace("```", "'''");
    let title = escaped(&parcel.title).replace(['*', '`'], "");
    format!("*{title}*, {}\n```\n{table}```{link}", escaped(&parcel.covers))
}

/// The message as an adaptive card, which reads no marks in texts of fixed width and none that we do not write.
fn card(parcel: &Parcel) -> Value {
    let block = |text: &str, more: Value| {
        let mut block = json!({ "type": "TextBlock", "text": plain(text), "wrap": true });
        if let (Some(block), Value::Object(more)) = (block.as_object_mut(), more) {
            block.extend(more);
        }
        block
    };
    let table = cut(&parcel.table, MOST_LETTERS);
    let body = [
        block(&parcel.title, json!({ "weight": "bolder", "size": "medium" })),
        block(&parcel.covers, json!({ "isSubtle": true, "spacing": "none" })),
        block(&table, json!({ "fontType": "monospace" })),
    ];
    let open = |link: &String| json!({ "type": "Action.OpenUrl", "title": link_name(parcel), "url": link });
    let actions: Vec<Value> = parcel.link.iter().map(open).collect();
    let content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": actions,
    });
    let kind = "application/vnd.microsoft.card.adaptive";
    json!({ "type": "message", "attachments": [{ "contentType": kind, "content": content }] })
}

/// Everything by its name.
fn parts(parcel: &Parcel) -> Value {
    json!({
        "id": parcel.run,
        "kind": if parcel.is_alert { "alert" } else { "report" },
        "title": parcel.title,
        "covers": parcel.covers,
        "text": parcel.table,
        "link": parcel.link,
    })
}

/// What the link of a message is called.
fn link_name(parcel: &Parcel) -> &'static str {
    if parcel.is_alert { "Details" } else { "Files" }
}

fn signature(secret: &SecretString, body: &[u8]) -> Result<HeaderValue, String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    let mut mac = mac.map_err(|error| error.to_string())?;
    mac.update(body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    HeaderValue::from_str(&signature).map_err(|error| error.to_string())
}

/// What has a meaning in a card's texts: Markdown's links and marks.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_[]()<>#".contains(letter) {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
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

    const ADDRESS: &str = "https://hooks.example/services/T012/B0123/Zz9yXw?key=k3y4";

    #[test]
    fn what_a_webhook_said_holds_no_part_of_its_address() {
        for (said, told) in [
            ("no_service", "no_service"),
            ("no hook services/T012/B0123/Zz9yXw here", "no hook … here"),
            ("path%2FB0123%2FZz9yXw, k3y4\\nB0123", "path%2F…%2F…, …\\n…"),
        ] {
            assert_eq!(without_address(said, ADDRESS), told);
        }
        let long = format!("{}{}", "x".repeat(195), "services/T012/B0123/Zz9yXw".repeat(200));
        let told = without_address(&long, ADDRESS);
        for part in ["T012", "B0123", "Zz9", "serv"] {
            assert!(!told.contains(part), "{told}");
        }
    }

    #[test]
    fn a_signed_webhook_is_signed_over_its_body() {
        // RFC 4231, test case 2.
        let signed = signature(&SecretString::from("Jefe"), b"what do ya want for nothing?");
        assert_eq!(
            signed.unwrap(),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_card_has_no_marks_of_its_words() {
        let table = "[click](https://evil.example) *bold*".to_owned();
        let link = Some("https://funnel.example/alerts".to_owned());
        let card = card(&Parcel { table, link, is_alert: true, ..Parcel::default() });
        let content = &card["attachments"][0]["content"];
        let text = content["body"][2]["text"].as_str().unwrap();
        assert_eq!(text, "\\[click\\]\\(https://evil.example\\) \\*bold\\*");
        assert_eq!(content["actions"][0]["title"], "Details");
    }

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
