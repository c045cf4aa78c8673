//! When a server is to end.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The two steps of an end.
#[derive(Debug, Clone)]
pub(super) struct Stopping {
    /// It is about to end: `/readyz` says so, and all else goes on.
    pub leaving: CancellationToken,
    /// It ends.
    pub stop: CancellationToken,
}

impl Stopping {
    /// Begun by Ctrl-C or SIGTERM; between the steps there is time for a balancer to look elsewhere.
    pub(super) fn at_signal(notice: Duration) -> Self {
        let stopping = Self { leaving: CancellationToken::new(), stop: CancellationToken::new() };
        let begun = stopping.clone();
        tokio::spawn(async move {
            let terminated = async {
                match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                    Ok(mut signal) => drop(signal.recv().await),
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = terminated => {}
            }
            begun.leaving.cancel();
            tokio::time::sleep(notice).await;
            begun.stop.cancel();
        });
        stopping
    }
}
