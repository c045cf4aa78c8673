//! What somebody is told who is refused.

use crate::accounts::{LONGEST_PASSWORD, LONGEST_TOKEN_DAYS, Refusal, SHORTEST_PASSWORD};
use crate::domain::WorkspaceFault;
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
        Refusal::ScopeOfAll(scope) => say("settings-scope-of-all").with("scope", *scope),
        Refusal::NoWorkspace(name) => say("settings-no-workspace").with("name", name),
        Refusal::WorkspaceTaken(name) => say("settings-workspace-taken").with("name", name),
        Refusal::WorkspaceRemoved(name) => say("settings-workspace-removed").with("name", name),
        Refusal::WorkspaceInUse { name, members } => {
            say("settings-workspace-in-use").with("name", name).with("members", members)
        }
        Refusal::Workspace(fault) => of_workspace(fault),
        Refusal::TokenTaken(name) => say("settings-token-taken").with("name", name),
        Refusal::NoToken(name) => say("settings-no-token").with("name", name),
        Refusal::NoScope => say("settings-no-scope"),
        Refusal::Days => say("settings-bad-days").with("longest", LONGEST_TOKEN_DAYS.to_string()),
        Refusal::Unreadable(text) => say("settings-unreadable").with("text", text),
    }
}

fn of_workspace(fault: &WorkspaceFault) -> Message {
    match fault {
        WorkspaceFault::Name(text) => say("workspace-bad-name").with("text", text),
        WorkspaceFault::Title => say("workspace-bad-title"),
        WorkspaceFault::Page(text) => say("workspace-bad-page").with("text", text),
        WorkspaceFault::AdAccount(text) => say("workspace-bad-account").with("text", text),
        WorkspaceFault::TooMany => say("workspace-too-many"),
        WorkspaceFault::TimeZone(text) => say("workspace-bad-zone").with("text", text),
        WorkspaceFault::Currency(text) => say("workspace-bad-currency").with("text", text),
        WorkspaceFault::Language(text) => say("workspace-bad-language").with("text", text),
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
            Refusal::ScopeOfAll("admin"),
            Refusal::NoWorkspace(text()),
            Refusal::WorkspaceTaken(text()),
            Refusal::WorkspaceRemoved(text()),
            Refusal::WorkspaceInUse { name: text(), members: "ann, ben".to_owned() },
            Refusal::Workspace(WorkspaceFault::Name(text())),
            Refusal::Workspace(WorkspaceFault::Title),
            Refusal::Workspace(WorkspaceFault::Page(text())),
            Refusal::Workspace(WorkspaceFault::AdAccount(text())),
            Refusal::Workspace(WorkspaceFault::TooMany),
            Refusal::Workspace(WorkspaceFault::TimeZone(text())),
            Refusal::Workspace(WorkspaceFault::Currency(text())),
            Refusal::Workspace(WorkspaceFault::Language(text())),
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
