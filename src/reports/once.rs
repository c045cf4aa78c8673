//! Bringing a parcel to a destination once, whoever dies on the way: what was begun is written down before it is sent, and
//! what may have arrived is not sent again.

use thiserror::Error;

use super::ReportSettings;
use super::delivery::{Parcel, Undelivered};
use crate::domain::Timestamp;
use crate::store::{ReportDelivery, SharedLease, Store, StoreError};

/// Why it is not known what became of a delivery, or not for us to say.
#[derive(Debug, Error)]
pub enum OnceError {
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process has gone on with it.
    #[error("this delivery took longer than its lease; another process has it now")]
    LeaseLost,
}

/// Brings parcels to destinations.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Where it is written down.
    pub store: &'a Store,
    /// The destinations.
    pub settings: &'a ReportSettings,
    /// UTC milliseconds, now.
    pub clock: fn() -> i64,
    /// The report that the parcels are of.
    pub of: &'a str,
}

impl Once<'_> {
    /// Brings a parcel to one destination, unless it has it, or may have it; why it did not get it, if it surely did not.
    /// `before` is what was written down of it.
    ///
    /// # Errors
    /// If ClickHouse fails, or the lease is lost.
    pub async fn deliver(
        &self,
        name: &str,
        before: Option<&ReportDelivery>,
        parcel: &Parcel,
        lease: &SharedLease,
    ) -> Result<Result<(), String>, OnceError> {
        let status = before.map(|before| before.status.as_str());
        if matches!(status, Some("sent" | "uncertain")) {
            return Ok(Ok(()));
        }
        let Some(destination) = self.settings.destinations.get(name) else {
            return Ok(Err("there is no such destination any more".to_owned()));
        };
        let mut delivery = ReportDelivery {
            run: parcel.run.clone(),
            destination: name.to_owned(),
            status: String::new(),
            error: String::new(),
            changed_at: 0,
            version: before.map_or(0, |before| before.version),
        };
        // A process that died while it sent: whether it arrived nobody knows.
        if status == Some("sending") && !destination.replaces() {
            let reason = "the process ended while it was sent: it may have arrived";
            self.note(&mut delivery, lease, "uncertain", reason).await?;
            return Ok(Ok(()));
        }
        if !self.store.renew(lease).await? {
            return Err(OnceError::LeaseLost);
        }
        self.note(&mut delivery, lease, "sending", "").await?;
        // It may have been stopped since, for any time: whoever has the run now sees to it.
        let held = self.store.is_held(lease).await;
        if !matches!(held, Ok(true)) {
            let reason = "it was not sent: whose run it is was not certain any more";
            self.note(&mut delivery, lease, "failed", reason).await?;
            return held.map_or_else(|error| Err(error.into()), |_| Err(OnceError::LeaseLost));
        }
        match destination.deliver(parcel, self.settings.mailer.as_ref()).await {
            Ok(()) => {
                self.note(&mut delivery, lease, "sent", "").await?;
                Ok(Ok(()))
            }
            Err(Undelivered { reason, may_have_arrived: true }) => {
                self.note(&mut delivery, lease, "uncertain", &reason).await?;
                tracing::warn!(run = parcel.run, destination = name, reason, "may have arrived");
                Ok(Ok(()))
            }
            Err(Undelivered { reason, may_have_arrived: false }) => {
                self.note(&mut delivery, lease, "failed", &reason).await?;
                Ok(Err(reason))
            }
        }
    }

    /// Says what became of a delivery: behind what was said before, whatever the clocks say.
    async fn note(
        &self,
        delivery: &mut ReportDelivery,
        lease: &SharedLease,
        status: &str,
        error: &str,
    ) -> Result<(), StoreError> {
        status.clone_into(&mut delivery.status);
        error.clone_into(&mut delivery.error);
        delivery.changed_at = Timestamp((self.clock)()).0;
        delivery.version = lease.version(delivery.version);
        self.store.save_report_delivery(self.of, delivery).await
    }
}
