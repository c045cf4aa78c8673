//! Looks for open requests and carries them out, each for itself: one that fails does not hold up the others.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use tokio_util::sync::CancellationToken;

use super::background::in_the_background;
use super::{Eraser, ErasureError, remove_abandoned_imports};

/// How long a request waits that has failed once; twice as long after each further time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(900);
/// After the journal was looked through for what has come back, that rests so many times as long as it took.
const REST: u32 = 50;

/// Until when what failed waits.
#[derive(Debug, Clone, Copy)]
struct Pause {
    length: Duration,
    until: Instant,
}

impl Pause {
    fn after(before: Option<&Self>) -> Self {
        let length = before.map_or(FIRST_PAUSE, |one| (one.length * 2).min(LONGEST_PAUSE));
        Self { length, until: now() + length }
    }

    fn is_over(&self) -> bool {
        now() >= self.until
    }
}

/// Carries out whatever is asked for.
#[derive(Debug)]
pub struct Rounds {
    eraser: Eraser,
    stop: CancellationToken,
    /// Of requests that failed, by their code; of those that cannot be read, by none.
    pauses: HashMap<String, Pause>,
    /// When the journal is looked through again for what has come back.
    look_again: Instant,
    is_swept: bool,
    sweeping: Option<Pause>,
}

impl Rounds {
    /// Begins no further request after `stop`.
    #[must_use]
    pub fn new(eraser: Eraser, stop: CancellationToken) -> Self {
        let (pauses, look_again) = (HashMap::new(), now());
        Self { eraser, stop, pauses, look_again, is_swept: false, sweeping: None }
    }

    /// Looks once.
    pub async fn round(&mut self) {
        if !self.is_swept && self.sweeping.as_ref().is_none_or(Pause::is_over) {
            match self.eraser.sweep().await {
                Ok(()) => self.is_swept = true,
                Err(error) => {
                    tracing::warn!(%error, "what killed processes left behind could not be removed yet");
                    self.sweeping = Some(Pause::after(self.sweeping.as_ref()));
                }
            }
        }
        self.carry_out_all().await;
        if self.look_again <= now() {
            self.look_again = now() + self.eraser.take_out_returned().await;
        }
    }

    async fn carry_out_all(&mut self) {
        let Self { eraser, pauses, stop, .. } = self;
        let (open, unreadable) = match eraser.ledger.open() {
            Ok(found) => found,
            Err(error) => (Vec::new(), vec![error]),
        };
        for error in &unreadable {
            // Told as often as others that fail.
            if pauses.get("").is_none_or(Pause::is_over) {
                tracing::error!(%error, "a request to erase somebody cannot be read");
            }
        }
        if unreadable.is_empty() {
            pauses.remove("");
        } else if pauses.get("").is_none_or(Pause::is_over) {
            pauses.insert(String::new(), Pause::after(pauses.get("")));
        }
        let mut failing = unreadable.len();
        for entry in open {
            if stop.is_cancelled() {
                return;
            }
            let code = entry.code.clone();
            if pauses.get(&code).is_some_and(|pause| !pause.is_over()) {
                failing += 1;
                continue;
            }
            match eraser.carry_out(entry).await {
                Ok(_) => drop(pauses.remove(&code)),
                Err(error) => {
                    let pause = Pause::after(pauses.get(&code));
                    tracing::warn!(code, %error, retry_in = ?pause.length, "somebody could not be erased yet");
                    counter!("messenger_funnel_erasure_failures_total").increment(1);
                    pauses.insert(code, pause);
                    failing += 1;
                }
            }
            eraser.tell(failing);
        }
        eraser.tell(failing);
    }
}

impl Eraser {
    /// What killed processes left behind: half-written requests name people, and so do journals of imports.
    async fn sweep(&self) -> Result<(), ErasureError> {
        let ledger = self.ledger.clone();
        in_the_background(move || ledger.sweep()).await??;
        remove_abandoned_imports(&self.imports, &self.store).await.map(|_| ())
    }

    #[expect(clippy::cast_precision_loss, reason = "requests are far fewer than 2^52")]
    fn tell(&self, failing: usize) {
        gauge!("messenger_funnel_erasures_failing").set(failing as f64);
        self.failing.send_replace(failing);
    }

    /// Takes out of the journal what a second delivery has brought of people who were erased before; how long to wait
    /// before the next look.
    async fn take_out_returned(&self) -> Duration {
        let Ok(tombstones) = self.tombstones() else { return Duration::ZERO };
        if !tombstones.has_returned() {
            return Duration::ZERO;
        }
        let begun = now();
        let taken_out = async {
            let (aside, away) = (tombstones.clone(), tombstones.clone());
            in_the_background(move || aside.begin_returned())
                .await?
                .map_err(ErasureError::Tombstones)?;
            self.ship().await?;
            let records = self.rewrite_journal(None).await?;
            in_the_background(move || away.end_returned())
                .await?
                .map_err(ErasureError::Tombstones)?;
            Ok::<_, ErasureError>(records)
        };
        match taken_out.await {
            Ok(records) => {
                tracing::info!(records, "the journal was rid of people who had been erased");
                begun.elapsed() * REST
            }
            Err(error) => {
                tracing::warn!(%error, "the journal holds people who were erased; it is tried again");
                FIRST_PAUSE
            }
        }
    }
}

fn now() -> Instant {
    Instant::now()
}
