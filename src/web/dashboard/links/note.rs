//! What somebody should know about a link.

use crate::domain::{LONGEST_REF, LinkNote};
use crate::language::{Message, say};

/// What somebody should know about a link, in the reader's language.
pub(crate) fn note(note: &LinkNote) -> Message {
    match note {
        LinkNote::Long(length) => say("links-note-long")
            .with("length", length.to_string())
            .with("longest", LONGEST_REF.to_string()),
        LinkNote::Odd(letters) => {
            // What nobody sees, such as a line's end, is told by its escape.
            say("links-note-odd").with("letters", letters.escape_debug().to_string())
        }
        LinkNote::NoRef => say("links-note-no-ref"),
        LinkNote::SameRef { referral_ref, other, is_archived } => {
            let name = if *is_archived { "links-note-same-archived" } else { "links-note-same" };
            say(name).with("ref", referral_ref).with("other", other)
        }
        LinkNote::CampaignOver(campaign) => {
            say("links-note-campaign-over").with("campaign", campaign)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_pages_say_what_the_api_says() {
        let same = |is_archived| LinkNote::SameRef {
            referral_ref: "summer".to_owned(),
            other: "door".to_owned(),
            is_archived,
        };
        for told in [
            LinkNote::Long(2100),
            LinkNote::Odd(" é".to_owned()),
            LinkNote::NoRef,
            same(false),
            same(true),
            LinkNote::CampaignOver("Summer".to_owned()),
        ] {
            assert_eq!(note(&told).to_string(), told.to_string());
        }
    }
}
