//! Conversions that others report: the conversions API's, and those of files.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A conversion as its reporter knows it. Of two with one id the later version counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedConversion {
    /// The reporter's id: the same for every version of one conversion.
    pub id: String,
    /// `lead`, `purchase` or another goal.
    pub name: String,
    /// When it happened.
    pub time: Timestamp,
    /// What it is worth, what was refunded taken away.
    pub value: Option<Decimal>,
    /// ISO 4217; empty without value.
    pub currency: String,
    /// Whether it is taken back as a whole: refunded, or never happened.
    pub is_retracted: bool,
    /// The Page, if it is known; may be empty.
    pub page: String,
    /// The person as the Page knows them (PSID or IGSID); may be empty.
    pub person: String,
    /// The number of the click on a tracked link that led to it; may be empty.
    pub click: String,
    /// SHA-256 of the person's phone number and e-mail address, as the reporter knows them.
    pub contacts: Vec<String>,
    /// Whether the person agrees that Meta is told; `None`: not said.
    pub consent: Option<bool>,
    /// Which version this is: UTC milliseconds of the change, never later than the receipt. Of two with
    /// the same the one that came in later counts.
    pub version: Timestamp,
}
