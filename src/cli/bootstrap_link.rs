//! Tells where the first user is made.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;

/// As soon as it is known whether there is a user, which a ClickHouse that gets ready late tells late. `here` is the
/// address of the server.
pub(super) async fn tell(accounts: Accounts, here: String, stop: CancellationToken) {
    while accounts.is_closed().is_none() {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
            () = stop.cancelled() => return,
        }
    }
    if let Some(link) = accounts.bootstrap_link() {
        let link = format!("{here}{link}");
        tracing::info!(
            link,
            "until there is a user only this machine may look; this makes the first"
        );
    }
}
