//! Secrets that change while we serve: at SIGHUP the settings are read anew, and their secrets taken. What else has
//! changed in them waits for the next start.

use std::path::PathBuf;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::operations;

/// The settings of now: those of the start, and the secrets of the last SIGHUP.
pub(super) fn follow(
    file: Option<PathBuf>,
    settings: Settings,
    stop: CancellationToken,
) -> anyhow::Result<watch::Receiver<Settings>> {
    let (now, settings) = watch::channel(settings);
    let mut asked = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! { _ = asked.recv() => {}, () = stop.cancelled() => return }
            match Settings::load(file.as_deref()) {
                Ok(read) => {
                    let files = now.borrow().tls.clone();
                    if let Some(Err(error)) = files.as_ref().map(operations::tls) {
                        tracing::error!(%error, "secrets stay as they were: the certificate cannot be used");
                        continue;
                    }
                    now.send_modify(|now| now.take_secrets(read));
                    tracing::info!("secrets, tokens and the certificate were read anew");
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(
                        error,
                        "secrets stay as they were: the settings cannot be read"
                    );
                }
            }
        }
    });
    Ok(settings)
}

/// What is made of the settings, made again when they change; `None` leaves it as it was.
pub(super) fn derived<T: Send + Sync + 'static>(
    settings: &watch::Receiver<Settings>,
    first: T,
    make: impl Fn(&Settings) -> Option<T> + Send + 'static,
) -> watch::Receiver<T> {
    let (mut settings, (now, result)) = (settings.clone(), watch::channel(first));
    tokio::spawn(async move {
        while settings.changed().await.is_ok() {
            let again = make(&settings.borrow_and_update());
            if let Some(again) = again {
                now.send_replace(again);
            }
        }
    });
    result
}
