//! What a Page, an Instagram account or a WhatsApp number is called.

use super::Timestamp;

/// A name of one, from one source of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageName {
    /// The Page's, the account's or the number's id.
    pub page: String,
    /// `messenger`, `instagram` or `whatsapp`; empty if the source does not say.
    pub channel: String,
    /// What people call it: a Page's name, an account's user name, a number.
    pub name: String,
    /// The WhatsApp business account that a number belongs to; else empty.
    pub business_account: String,
    /// When the source said so, if it tells.
    pub told_at: Option<Timestamp>,
}

impl PageName {
    /// What somebody says who knows neither the business account nor since when.
    #[must_use]
    pub const fn of(page: String, channel: String, name: String) -> Self {
        Self { page, channel, name, business_account: String::new(), told_at: None }
    }

    /// Whether another one says something else.
    #[must_use]
    pub fn is_other(&self, other: &Self) -> bool {
        (&self.page, &self.name, &self.business_account)
            != (&other.page, &other.name, &other.business_account)
    }
}
