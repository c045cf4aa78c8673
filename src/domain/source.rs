//! Where a person came from: the entry point into the thread.

use std::fmt;

/// The entry point of a touchpoint or a conversation, as the wire (and the link registry) tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A click-to-Messenger (or click-to-Direct) ad.
    Ad,
    /// An m.me or ig.me link.
    Link,
    /// A Messenger code, or an m.me link registered as printed.
    Qr,
    /// The website chat widget (closed by Meta in 2024; old data holds it).
    ChatPlugin,
    /// Messenger's discover tab.
    Discover,
    /// A private reply to a comment.
    Comment,
    /// A sponsored message.
    Sponsored,
    /// A one-time or marketing message the person opted in to.
    Notification,
    /// An uploaded audience.
    CustomerMatch,
    /// Nothing on the wire: Page button, search, Page chat window.
    Organic,
    /// A source we do not know; its wire name is kept beside it.
    Other,
}

impl Source {
    /// Every source, in the order in which views list them.
    pub const ALL: [Self; 11] = [
        Self::Ad,
        Self::Link,
        Self::Qr,
        Self::ChatPlugin,
        Self::Discover,
        Self::Comment,
        Self::Sponsored,
        Self::Notification,
        Self::CustomerMatch,
        Self::Organic,
        Self::Other,
    ];

    /// The word that the database, the API and the reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ad => "ad",
            Self::Link => "link",
            Self::Qr => "qr",
            Self::ChatPlugin => "chat_plugin",
            Self::Discover => "discover",
            Self::Comment => "comment",
            Self::Sponsored => "sponsored",
            Self::Notification => "notification",
            Self::CustomerMatch => "customer_match",
            Self::Organic => "organic",
            Self::Other => "other",
        }
    }

    /// The source of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }

    /// The source named by a referral's `source` (or a message tag's). Meta spells some of them
    /// in several ways; a name we do not know is [`Source::Other`].
    #[must_use]
    pub fn from_wire(name: &str) -> Self {
        match name.to_ascii_uppercase().replace('-', "_").as_str() {
            "ADS" => Self::Ad,
            "SHORTLINK" | "SHORTLINKS" | "SHORT_URL" | "IGME_SOURCE_LINK" => Self::Link,
            "MESSENGER_CODE" => Self::Qr,
            "CUSTOMER_CHAT_PLUGIN" => Self::ChatPlugin,
            "DISCOVER_TAB" => Self::Discover,
            "SPONSORED_MESSAGE" | "SPONSORED_MESSAGES" | "MESSAGING_SPONSORED" => Self::Sponsored,
            "MARKETING_MESSAGE"
            | "MARKETING_MESSAGES"
            | "NOTIFICATION_MESSAGES"
            | "ONE_TIME_NOTIFICATION" => Self::Notification,
            "CUSTOMER_MATCH" | "CUSTOMER_MATCHING" => Self::CustomerMatch,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
