//! By mail: the figures as a picture and a table in the message, the files attached.

use std::path::{Path, PathBuf};
use std::time::Duration;

use askama::Template;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::parcel::{Parcel, Undelivered};
use crate::outgoing::with_causes;

/// Servers commonly refuse more than 25 MB, and attachments grow by a third on their way.
const MOST_ATTACHED: u64 = 15 << 20;
const LIMIT: Duration = Duration::from_secs(60);

/// `[smtp]` as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenSmtp {
    host: String,
    port: Option<u16>,
    user: String,
    password: SecretString,
    password_file: Option<PathBuf>,
    /// `starttls` (port 587), `tls` (port 465) or `none` (port 25).
    encryption: String,
    from: String,
}

/// A way to send mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

#[derive(Template)]
#[template(path = "report_mail.html", config = "dashboards/askama.toml")]
struct Body<'a> {
    title: &'a str,
    covers: &'a str,
    table: &'a str,
    has_picture: bool,
    is_attached: bool,
    link: Option<&'a str>,
    is_alert: bool,
}

impl WrittenSmtp {
    /// Checks it; `None` if no mail is to be sent.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub fn check(self) -> Result<Option<Mailer>, String> {
        if self.host.is_empty() {
            return Ok(None);
        }
        let from = self.from.parse::<Mailbox>();
        let from = from.map_err(|_| {
            format!(
                "smtp.from: {:?} is no address such as Reports <reports@shop.example>",
                self.from
            )
        })?;
        let password = match self.password_file {
            Some(path) => std::fs::read_to_string(&path)
                .map(|text| SecretString::from(text.trim_end()))
                .map_err(|error| format!("smtp.password_file: {}: {error}", path.display()))?,
            None => self.password,
        };
        let parameters =
            || TlsParameters::new(self.host.clone()).map_err(|error| format!("smtp.host: {error}"));
        let (tls, port) = match self.encryption.as_str() {
            "" | "starttls" => (Tls::Required(parameters()?), 587),
            "tls" => (Tls::Wrapper(parameters()?), 465),
            "none" => (Tls::None, 25),
            other => {
                return Err(format!("smtp.encryption: {other:?} is none of starttls, tls, none"));
            }
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(LIMIT));
        if !self.user.is_empty() {
            let password = password.expose_secret().to_owned();
            transport = transport.credentials(Credentials::new(self.user, password));
        }
        Ok(Some(Mailer { transport: transport.build(), from }))
    }
}

/// Whether these are addresses.
pub(super) fn check(addresses: &[String]) -> Result<(), String> {
    let wrong = addresses.iter().find(|address| address.parse::<Mailbox>().is_err());
    match wrong {
        Some(address) => Err(format!("{address:?} is no address")),
        None if addresses.is_empty() => Err("it names nobody".to_owned()),
        None => Ok(()),
    }
}

impl Mailer {
    pub(super) async fn deliver(&self, to: &[String], parcel: &Parcel) -> Result<(), Undelivered> {
        let message = self.message(to, parcel).await.map_err(Undelivered::surely)?;
        // Whoever cannot be reached has not taken it.
        match self.transport.test_connection().await {
            Ok(true) => {}
            Ok(false) => return Err(Undelivered::surely("the mail server is not ready")),
            Err(error) => return Err(Undelivered::surely(with_causes(&error))),
        }
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() || error.is_transient() => {
                Err(Undelivered::surely(with_causes(&error)))
            }
            Err(error) => Err(Undelivered::perhaps(with_causes(&error))),
        }
    }

    async fn message(&self, to: &[String], parcel: &Parcel) -> Result<Message, String> {
        let mut length = 0;
        for file in &parcel.files {
            length += tokio::fs::metadata(file).await.map_err(|error| error.to_string())?.len();
        }
        let is_attached = length <= MOST_ATTACHED;
        let body = Body {
            title: &parcel.title,
            covers: &parcel.covers,
            table: &parcel.table,
            has_picture: parcel.picture.is_some(),
            is_attached,
            link: parcel.link.as_deref(),
            is_alert: parcel.is_alert,
        };
        let html = body.render().map_err(|error| error.to_string())?;
        let mut related = MultiPart::related().singlepart(SinglePart::html(html));
        if let Some(picture) = &parcel.picture {
            let png = ContentType::parse("image/png").map_err(|error| error.to_string())?;
            let inline = Attachment::new_inline("chart".to_owned()).body(picture.clone(), png);
            related = related.singlepart(inline);
        }
        let plain = format!("{}, {}\n\n{}", parcel.title, parcel.covers, parcel.table);
        let both = MultiPart::alternative().singlepart(SinglePart::plain(plain)).multipart(related);
        let mut parts = MultiPart::mixed().multipart(both);
        for file in parcel.files.iter().filter(|_| is_attached) {
            let bytes = tokio::fs::read(file).await.map_err(|error| error.to_string())?;
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            parts = parts.singlepart(Attachment::new(name).body(bytes, kind(file)?));
        }
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(format!("{}, {}", parcel.title, parcel.covers))
            // The same for every attempt, so that mail servers and programs know it again.
            .message_id(Some(self.id(&parcel.run)));
        for address in to {
            let address = address.parse::<Mailbox>().map_err(|error| error.to_string())?;
            message = message.to(address);
        }
        message.multipart(parts).map_err(|error| error.to_string())
    }

    fn id(&self, run: &str) -> String {
        let hash = hex::encode(&Sha256::digest(run)[..16]);
        format!("<{hash}@{}>", self.from.email.domain())
    }
}

fn kind(file: &Path) -> Result<ContentType, String> {
    let kind = match file.extension().and_then(|end| end.to_str()) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    };
    ContentType::parse(kind).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mailer() -> Mailer {
        let from = "Reports <reports@shop.example>".to_owned();
        let smtp = WrittenSmtp { host: "127.0.0.1".to_owned(), from, ..WrittenSmtp::default() };
        smtp.check().unwrap().unwrap()
    }

    /// The names of a message's headers.
    fn headers(message: &Message) -> Vec<String> {
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split_once(':').map_or(line, |(name, _)| name).to_owned()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn no_title_or_table_writes_headers_or_marks_of_its_own(words in any::<String>()) {
            let words = format!("{words}\r\nBcc: all@shop.example\r\n\r\n<script>{words}");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let body = Body {
                title: &words,
                covers: &words,
                table: &words,
                has_picture: true,
                is_attached: true,
                link: Some(&words),
                is_alert: false,
            };
            prop_assert!(!body.render().unwrap().contains("<script>"));
            let parcel = Parcel { title: words.clone(), table: words, ..Parcel::default() };
            let to = ["ann@shop.example".to_owned()];
            // The transport wants a runtime when it is made.
            let message = runtime.block_on(async { mailer().message(&to, &parcel).await });
            let message = message.unwrap();
            let names = headers(&message);
            let known = ["From", "Subject", "Message-ID", "To", "MIME-Version", "Date", "Content-Type"];
            prop_assert!(names.iter().all(|name| known.contains(&name.as_str())), "{:?}", names);
        }
    }
}
