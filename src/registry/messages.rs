//! What the links page says of an edit that makes no link.

use super::EditError;
use crate::domain::{LONGEST_SLUG, LinkError, LinkFault, MOST_MONEY};
use crate::language::{Message, say};

/// Why, in the reader's language.
pub(super) fn error(error: &EditError) -> Message {
    match error {
        EditError::Link(LinkError { field, reason }) => say("links-wrong")
            .with("field", say(format!("links-field-{field}")))
            .with("reason", fault(reason)),
        EditError::Unknown(slug) => say("links-unknown").with("slug", slug),
        EditError::Taken(slug) => say("links-taken").with("slug", slug),
        EditError::Foreign(page) => say("links-foreign").with("page", page),
    }
}

fn fault(fault: &LinkFault) -> Message {
    match fault {
        LinkFault::Slug(slug) => {
            say("links-no-slug").with("slug", slug).with("longest", LONGEST_SLUG)
        }
        LinkFault::Page(page) => say("links-no-page").with("page", page),
        LinkFault::Marks(page) => say("links-marks").with("page", page),
        LinkFault::Digits(id) => say("links-no-digits").with("id", id),
        LinkFault::Long(longest) => say("links-long").with("longest", longest.to_string()),
        LinkFault::Amount(cost) => say("links-no-amount").with("cost", cost),
        LinkFault::Cost(cost) => say("links-cost-between")
            .with("cost", cost.to_string())
            .with("most", MOST_MONEY.to_string()),
        LinkFault::Decimals(cost) => say("links-decimals").with("cost", cost.to_string()),
        LinkFault::Currency => say("links-needs-currency"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn english_pages_say_what_the_command_line_says() {
        let text = || "a.b".to_owned();
        let faults = [
            ("slug", LinkFault::Slug(text())),
            ("page", LinkFault::Page(text())),
            ("page", LinkFault::Marks(text())),
            ("page_id", LinkFault::Digits(text())),
            ("ref", LinkFault::Long(2083)),
            ("text", LinkFault::Long(2083)),
            ("campaign", LinkFault::Long(200)),
            ("medium", LinkFault::Long(200)),
            ("owner", LinkFault::Long(200)),
            ("cost", LinkFault::Amount(text())),
            ("cost", LinkFault::Cost(Decimal::NEGATIVE_ONE)),
            ("cost", LinkFault::Decimals(Decimal::new(123_456, 5))),
            ("currency", LinkFault::Currency),
        ];
        let wrong = faults.map(|(field, reason)| EditError::Link(LinkError { field, reason }));
        let others =
            [EditError::Unknown(text()), EditError::Taken(text()), EditError::Foreign(text())];
        for edit in wrong.into_iter().chain(others) {
            assert_eq!(error(&edit).to_string(), edit.to_string());
        }
    }
}
