//! What somebody is told who is refused.

use crate::accounts::{LONGEST_PASSWORD, LONGEST_TOKEN_DAYS, Refusal, SHORTEST_PASSWORD};
use crate::language::{Message, say};

/// Why, in the reader's language.
pub(super) fn told(refusal: &Refusal) -> Message {
    match refusal {
        Refusal::Unfit => say("login-unfit"),
        Refusal::Damaged => say("login-damaged"),
        Refusal::NoUserYet => say("login-no-user-yet"),
        Refusal::NoUserHere(name) => say("login-no-user-here").with("name", name),
        Refusal::VouchedName { provider, name } => {
            say("login-vouched-name").with("provider", provider).with("name", name)
        }
        Refusal::NotBegun => say("login-not-begun"),
        Refusal::Unverified(address) => say("login-unverified").with("address", address),
        Refusal::NoClaim => say("login-no-claim"),
        Refusal::ForeignDomain(name) => say("login-foreign-domain").with("name", name),
        Refusal::OldLink => say("welcome-old-link"),
        Refusal::ShortPassword => say("welcome-short").with("shortest", SHORTEST_PASSWORD),
        Refusal::LongPassword => say("welcome-long").with("longest", LONGEST_PASSWORD.to_string()),
        Refusal::Name => say("settings-bad-name"),
        Refusal::UserTaken(name) => say("settings-user-taken").with("name", name),
        Refusal::NoUser(name) => say("settings-no-user").with("name", name),
        Refusal::OnlyAdmin => say("settings-only-admin"),
        Refusal::AdminSeesAll => say("settings-admin-sees-all"),
        Refusal::NoPage(page) => say("settings-no-page").with("page", page),
        Refusal::TokenTaken(name) => say("settings-token-taken").with("name", name),
        Refusal::NoToken(name) => say("settings-no-token").with("name", name),
        Refusal::NoScope => say("settings-no-scope"),
        Refusal::Days => say("settings-bad-days").with("longest", LONGEST_TOKEN_DAYS.to_string()),
        Refusal::Unreadable(text) => say("settings-unreadable").with("text", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_pages_say_what_the_refusal_says() {
        let text = || "anna".to_owned();
        for refusal in [
            Refusal::Unfit,
            Refusal::Damaged,
            Refusal::NoUserYet,
            Refusal::NoUserHere(text()),
            Refusal::VouchedName { provider: "Example ID".to_owned(), name: "a b".to_owned() },
            Refusal::NotBegun,
            Refusal::Unverified(text()),
            Refusal::NoClaim,
            Refusal::ForeignDomain(text()),
            Refusal::OldLink,
            Refusal::ShortPassword,
            Refusal::LongPassword,
            Refusal::Name,
            Refusal::UserTaken(text()),
            Refusal::NoUser(text()),
            Refusal::OnlyAdmin,
            Refusal::AdminSeesAll,
            Refusal::NoPage(text()),
            Refusal::TokenTaken(text()),
            Refusal::NoToken(text()),
            Refusal::NoScope,
            Refusal::Days,
            Refusal::Unreadable(text()),
        ] {
            assert_eq!(told(&refusal).to_string(), refusal.to_string());
        }
    }
}
