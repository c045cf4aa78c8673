//! What the Graph API says when it refuses, and what helps.

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// Longer words of a message are taken for tokens.
const LONGEST_WORD: usize = 30;

/// What helps against an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The same again, soon.
    Retry,
    /// The same again, when Meta has recovered from our calls; its own word on how long, if it gave one.
    Wait(Option<Duration>),
    /// Ask for less at once.
    Reduce,
    /// Ask from the start: the cursor or the report is no more.
    Restart,
    /// A person has to renew the token, or to grant it more.
    Authorise,
    /// Nothing: the request is wrong.
    Stop,
}

/// Why the Graph API gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GraphError {
    /// It said no.
    #[error("Meta says: {0}")]
    Api(Box<ApiError>),
    /// It could not be reached, or the connection broke.
    #[error("Meta cannot be reached: {0}")]
    Transport(String),
    /// It answered with something else than it documents.
    #[error("Meta answered in an unexpected form: {0}")]
    Form(String),
}

/// An error as Meta words it (Graph API, "Handling Errors"; Marketing API, "Error Codes").
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} ({})", self.codes())]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Meta's code.
    pub code: i64,
    /// Its refinement; 0 if there is none.
    pub subcode: i64,
    /// What happened, in Meta's words for people where it has some.
    pub message: String,
    /// By which Meta's support finds the request; may be empty.
    pub trace: String,
    /// Whether Meta calls it transient.
    pub is_transient: bool,
    /// How long Meta says that its throttling lasts.
    pub wait: Option<Duration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    message: String,
    code: i64,
    error_subcode: i64,
    error_user_title: String,
    error_user_msg: String,
    fbtrace_id: String,
    is_transient: bool,
}

#[derive(Deserialize)]
struct Body {
    error: Written,
}

impl ApiError {
    /// Understands the body of an answer; without one of Meta's form the status has to do.
    pub(super) fn read(status: u16, body: &[u8], wait: Option<Duration>) -> Self {
        let Ok(Body { error }) = serde_json::from_slice(body) else {
            return Self {
                status,
                code: 0,
                subcode: 0,
                message: format!("HTTP status {status}"),
                trace: String::new(),
                is_transient: false,
                wait,
            };
        };
        let message = match (error.error_user_title.as_str(), error.error_user_msg.as_str()) {
            ("", "") => error.message,
            (title, "") => format!("{title}: {}", error.message),
            ("", told) => told.to_owned(),
            (title, told) => format!("{title}: {told}"),
        };
        Self {
            status,
            code: error.code,
            subcode: error.error_subcode,
            message: without_token(&message),
            trace: error.fbtrace_id,
            is_transient: error.is_transient,
            wait,
        }
    }

    /// A batch that Meta took, but not whole, and does not say which event of it.
    #[must_use]
    pub fn incomplete(trace: String) -> Self {
        Self {
            status: 200,
            code: 100,
            subcode: 0,
            message: "it took the request, but not every event in it".to_owned(),
            trace,
            is_transient: false,
            wait: None,
        }
    }

    /// Whether Meta takes no events of people where this one is: "Messaging Event Within Messaging Restrictive Region" (its
    /// rules for Europe and Japan). Nothing that can be set helps.
    #[must_use]
    pub fn is_of_region(&self) -> bool {
        tells_of_region(&self.message)
    }

    fn codes(&self) -> String {
        let mut told = if self.code == 0 {
            format!("status {}", self.status)
        } else {
            format!("code {}", self.code)
        };
        if self.subcode != 0 {
            told = format!("{told}, subcode {}", self.subcode);
        }
        if !self.trace.is_empty() {
            told = format!("{told}, trace {}", self.trace);
        }
        told
    }

    /// What helps. Codes: Graph API "Handling Errors", Marketing API "Error Codes" and "Rate Limits".
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match (self.code, self.subcode) {
            (100, 1_487_534 | 1_504_018) | (2, 1_504_038) | (-3, 1_504_045) => Remedy::Reduce,
            // Wrong breakdowns or metrics, though the code is that of a passing failure.
            (2, 1_504_041 | 1_504_042) => Remedy::Stop,
            (2642, _) => Remedy::Restart,
            (1, _) if self.message.contains("reduce the amount of data") => Remedy::Reduce,
            (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) => Remedy::Wait(self.wait),
            (3 | 10 | 102 | 190 | 200..=299, _) => Remedy::Authorise,
            (1 | 2, _) => Remedy::Retry,
            _ if self.is_transient => Remedy::Retry,
            (0, _) if self.status == 429 => Remedy::Wait(self.wait),
            (0, _) if self.status >= 500 || self.status == 408 => Remedy::Retry,
            _ => Remedy::Stop,
        }
    }
}

impl GraphError {
    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Api(error) => error.remedy(),
            Self::Transport(_) | Self::Form(_) => Remedy::Retry,
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self.remedy(), Remedy::Retry | Remedy::Wait(_))
    }
}

/// Meta repeats a token that it does not understand; ours is taken out before. Nothing else that people have
/// to read is so long without a blank or a stop.
fn without_token(message: &str) -> String {
    let is_of_token = |letter: char| letter.is_ascii_alphanumeric() || "|_-".contains(letter);
    let mut told = String::with_capacity(message.len());
    for part in message.split_inclusive(|letter| !is_of_token(letter)) {
        let word = part.trim_end_matches(|letter| !is_of_token(letter));
        told.push_str(if word.len() > LONGEST_WORD { "…" } else { word });
        told.push_str(&part[word.len()..]);
    }
    told
}

/// Whether a message of Meta's, or a text that it stands in, is about a region of which it takes no events.
#[must_use]
pub fn tells_of_region(text: &str) -> bool {
    text.to_ascii_lowercase().contains("restrictive region")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i64, subcode: i64, message: &str) -> ApiError {
        let body = serde_json::json!({ "error": {
            "message": message, "code": code, "error_subcode": subcode, "fbtrace_id": "A1",
        }});
        ApiError::read(400, body.to_string().as_bytes(), None)
    }

    #[test]
    fn codes_are_told_apart() {
        for (code, subcode, remedy) in [
            (190, 463, Remedy::Authorise),
            (10, 0, Remedy::Authorise),
            (200, 0, Remedy::Authorise),
            (4, 1_504_022, Remedy::Wait(None)),
            (17, 2_446_079, Remedy::Wait(None)),
            (80_000, 0, Remedy::Wait(None)),
            (613, 1_487_742, Remedy::Wait(None)),
            (2, 0, Remedy::Retry),
            (100, 1_487_534, Remedy::Reduce),
            (100, 1_504_018, Remedy::Reduce),
            (2, 1_504_041, Remedy::Stop),
            (2642, 0, Remedy::Restart),
            (100, 0, Remedy::Stop),
        ] {
            assert_eq!(error(code, subcode, "no").remedy(), remedy, "{code}");
        }
        let much = error(1, 99, "Please reduce the amount of data you're asking for");
        assert_eq!(much.remedy(), Remedy::Reduce);
        assert_eq!(ApiError::read(502, b"<html>", None).remedy(), Remedy::Retry);
        assert_eq!(ApiError::read(404, b"", None).remedy(), Remedy::Stop);
    }

    #[test]
    fn a_token_that_meta_repeats_is_not_told() {
        let token = "EAAB".to_owned() + &"x7".repeat(40);
        let told = error(190, 0, &format!("Malformed access token {token}")).to_string();
        assert_eq!(told, "Malformed access token … (code 190, trace A1)");
        let told =
            error(190, 0, &format!("see /me?access_token={token}&x=1, {token}.")).to_string();
        assert_eq!(told, "see /me?access_token=…&x=1, …. (code 190, trace A1)");
        let app = "123456789012345|AbC-dEf_GhI-jKlMnOpQrStUvWx";
        assert!(!error(190, 0, &format!("\"{app}\"")).to_string().contains("AbC"));
    }
}
