//! Tells where the first user is made.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;

/// As soon as it is known whether there is a user, which a ClickHouse that gets ready late tells late. `here` is the
/// address of the server.
pub(super) async fn tell(accounts: Accounts, here: String, stop: CancellationToken) {
    while !accounts.has_been_told() {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
            () = stop.cancelled() => return,
        }
    }
    if let Some(link) = accounts.bootstrap_link() {
        let link = format!("{here}{link}");
        let told = match accounts.is_closed() {
            Some(false) => "until there is a user only this machine may look; this makes the first",
            _ => {
                "there is no user who could log in, only tokens for programs; this makes the first"
            }
        };
        tracing::info!(link, "{told}");
    }
}
