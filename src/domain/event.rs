//! One normalized thing that happened to one person.

use std::fmt;

use rust_decimal::Decimal;

use super::{Source, Timestamp};

/// Identity of an event: the same thing delivered twice has the same id, so that a retry changes
/// no figure. How it is made is told in `normalize::identity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u128);

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

/// The messaging product that a webhook's `object` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A Facebook Page's inbox.
    Messenger,
    /// An Instagram professional account's inbox.
    Instagram,
    /// A WhatsApp business account.
    WhatsApp,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Messenger, Self::Instagram, Self::WhatsApp];

    /// The word that the database and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
            Self::WhatsApp => "whatsapp",
        }
    }
}

/// Bits of an event's place in its delivery, behind the order of its kind.
pub const PLACE_BITS: u32 = 16;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The person wrote, or tapped a quick reply.
    Message,
    /// The business answered (by hand, by a bot, or by automation).
    Echo,
    /// The person tapped a button.
    Postback,
    /// The person re-entered the thread through a link, a code or an ad.
    Referral,
    /// The person opted in through a plugin or a notification request.
    OptIn,
    /// The business's messages were delivered up to a watermark.
    Delivery,
    /// The person read up to a watermark.
    Read,
    /// A lead, a purchase or another named goal was reached.
    Conversion,
    /// Anything else, kept with its wire name and raw JSON.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Message,
        Self::Echo,
        Self::Postback,
        Self::Referral,
        Self::OptIn,
        Self::Delivery,
        Self::Read,
        Self::Conversion,
        Self::Other,
    ];

    /// The word that the database and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Echo => "echo",
            Self::Postback => "postback",
            Self::Referral => "referral",
            Self::OptIn => "opt_in",
            Self::Delivery => "delivery",
            Self::Read => "read",
            Self::Conversion => "conversion",
            Self::Other => "other",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Orders what happened at one instant, which is a second on WhatsApp: what explains comes before what is explained.
    #[must_use]
    pub fn order(self) -> u32 {
        match self {
            // A comment, of what conversations are made of.
            Self::Other => 0,
            Self::Referral | Self::OptIn => 1,
            Self::Postback => 2,
            Self::Message => 3,
            Self::Echo => 4,
            Self::Delivery => 5,
            Self::Read => 6,
            Self::Conversion => 7,
        }
    }

    /// The order of an event: an act that carries what led to it comes before one that does not.
    #[must_use]
    pub fn order_with(self, has_touch: bool) -> u32 {
        let explains = has_touch && matches!(self, Self::Message | Self::Postback);
        if explains { Self::Postback.order() } else { self.order() }
    }

    /// Whether there is no such event without a person.
    #[must_use]
    pub fn is_somebodys(self) -> bool {
        self.is_act() || matches!(self, Self::Echo | Self::Delivery | Self::Read)
    }

    /// Whether this is an act of the person: only acts start and prolong a conversation.
    #[must_use]
    pub fn is_act(self) -> bool {
        matches!(self, Self::Message | Self::Postback | Self::Referral | Self::OptIn)
    }
}

/// How the person came into the thread with this event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The entry point.
    pub source: Source,
    /// The entry point's name on the wire (`ADS`, `SHORTLINK`, or one Meta adds tomorrow); may be empty.
    pub source_name: String,
    /// The referral parameter, as it came; empty if none.
    pub referral_ref: String,
    /// The ad's id; empty if none.
    pub ad_id: String,
    /// The title of the ad's creative; empty if none.
    pub ad_title: String,
    /// The post of the ad or of the comment; empty if none.
    pub post_id: String,
    /// The page that the visitor was on (chat plugin); empty if none.
    pub referer_uri: String,
    /// The click on an ad that opens a chat on WhatsApp, by Meta's id; empty if none.
    pub ctwa_clid: String,
}

impl Touch {
    /// An entry point of which nothing more is known.
    #[must_use]
    pub fn of(source: Source) -> Self {
        Self {
            source,
            source_name: String::new(),
            referral_ref: String::new(),
            ad_id: String::new(),
            ad_title: String::new(),
            post_id: String::new(),
            referer_uri: String::new(),
            ctwa_clid: String::new(),
        }
    }
}

/// What a conversion event says beyond a plain event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionMark {
    /// `lead`, `purchase` or another goal.
    pub name: String,
    /// What it was worth, in `currency`.
    pub value: Option<Decimal>,
    /// ISO 4217 code; empty if there is no value.
    pub currency: String,
}

/// Where an event's time is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeOrigin {
    /// The event's own.
    Event,
    /// That of its entry: it has none of its own.
    Entry,
    /// That of its receipt: neither has one.
    Receipt,
    /// That of its entry or its receipt: its own is impossible.
    Clamped,
}

impl TimeOrigin {
    /// The word that the database uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Entry => "entry",
            Self::Receipt => "receipt",
            Self::Clamped => "clamped",
        }
    }
}

/// How much a delivery proves of an event. Of several deliveries of one event that which proves the most counts, whatever
/// came in first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// It must have happened before it was read.
    Read,
    /// It must have happened before it was delivered.
    Delivered,
    /// It is told.
    Told,
    /// It is told not to have happened after all.
    Retracted,
}

/// One normalized event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Identity, the same for every delivery of the same thing.
    pub id: EventId,
    /// The messaging product.
    pub channel: Channel,
    /// The Page (or Instagram account) whose thread it is; empty if the wire does not say.
    pub page: String,
    /// The person: PSID or IGSID, `user_ref:…` while only a plugin's reference is known, empty if
    /// the event is about no person.
    pub person: String,
    /// Other names of the same person: the `user_ref:…` by which a plugin knew them before; on WhatsApp the user id
    /// beside the number, and numbers that they had.
    pub aliases: Vec<String>,
    /// When it happened.
    pub time: Timestamp,
    /// Where `time` is from.
    pub time_origin: TimeOrigin,
    /// Orders events of the same millisecond: by [`Kind::order`], then by place in the delivery.
    pub place: u32,
    /// What happened.
    pub kind: Kind,
    /// How much the delivery proves of it.
    pub evidence: Evidence,
    /// The wire's name of an event of kind `other`; the goal of a conversion; `failed` of an echo that never arrived;
    /// else empty.
    pub name: String,
    /// Meta's message id; empty if none.
    pub mid: String,
    /// A postback's or a quick reply's payload; empty if none.
    pub payload: String,
    /// SHA-256 (hexadecimal) of the phone number (digits with the country's code) or the e-mail address
    /// (small letters) that the person shared with a tap; on WhatsApp of the number that they write from, also as it
    /// was before its country changed the form of numbers.
    pub contacts: Vec<String>,
    /// The message's text; empty unless the configuration asks for it.
    pub text: String,
    /// The app that sent an echo; empty if none.
    pub app_id: String,
    /// The persona that an echo was sent as; empty if none.
    pub persona_id: String,
    /// The message tag that an echo was sent under, outside of the messaging window; empty if none.
    pub tag: String,
    /// The entry point, if the event carries one.
    pub touch: Option<Touch>,
    /// What was converted, if the event is a conversion.
    pub conversion: Option<ConversionMark>,
    /// The event's own JSON, without message text unless the configuration asks for it.
    pub raw: String,
}
