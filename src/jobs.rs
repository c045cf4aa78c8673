//! Background work: what a process does by itself, round after round, until it stops. All of it is started in
//! `cli/jobs.rs`.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::domain::Schedule;

/// The name of the span in which a job runs: by it each line of the log names the job.
pub const SPAN: &str = "background";

/// Work that is done in rounds.
#[derive(Debug)]
pub struct Job<W> {
    /// What the log calls it.
    pub name: &'static str,
    /// When a round begins.
    pub when: When,
    /// What becomes of a round that is under way at a stop.
    pub at_stop: AtStop,
    /// Does one round.
    pub work: W,
}

/// When rounds begin.
#[derive(Debug)]
pub enum When {
    /// At once, and so long after each round.
    Every(Duration),
    /// So long after the start, and after each round.
    After(Duration),
    /// At once, and by a schedule.
    Scheduled {
        /// The schedule.
        schedule: Box<Schedule>,
        /// How long after a round that failed the next one begins.
        retry: Duration,
        /// UTC milliseconds, now.
        clock: fn() -> i64,
    },
}

/// What a stop does to a round that is under way.
#[derive(Debug, Clone, Copy)]
pub enum AtStop {
    /// It goes on to its end.
    Finish,
    /// It is cut off where it waits; the next start does it again.
    Cut,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Well.
    Done,
    /// With a failure, which the work has logged.
    Failed,
    /// No further round is of use.
    Last,
}

impl From<()> for Round {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl<W: AsyncFnMut() -> R, R: Into<Round>> Job<W> {
    /// Does rounds until `stop`, or until one is the last.
    pub async fn run(self, stop: CancellationToken) {
        let span = tracing::error_span!(SPAN, job = self.name);
        self.rounds(stop).instrument(span).await;
    }

    async fn rounds(mut self, stop: CancellationToken) {
        let mut pause = self.when.first();
        loop {
            tokio::select! { () = tokio::time::sleep(pause) => {}, () = stop.cancelled() => return }
            let round: Round = match self.at_stop {
                AtStop::Finish => (self.work)().await.into(),
                AtStop::Cut => {
                    tokio::select! { round = (self.work)() => round.into(), () = stop.cancelled() => return }
                }
            };
            if round == Round::Last {
                return;
            }
            pause = self.when.next(round);
        }
    }
}

impl When {
    fn first(&self) -> Duration {
        match self {
            Self::After(pause) => *pause,
            Self::Every(_) | Self::Scheduled { .. } => Duration::ZERO,
        }
    }

    fn next(&self, round: Round) -> Duration {
        match self {
            Self::Every(pause) | Self::After(pause) => *pause,
            Self::Scheduled { retry, .. } if round == Round::Failed => *retry,
            Self::Scheduled { schedule, retry, clock } => {
                let now = clock();
                let wait = schedule.next_after(now).and_then(|next| u64::try_from(next - now).ok());
                wait.map_or(*retry, Duration::from_millis)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const NEVER: Duration = Duration::from_secs(3600);

    #[test]
    fn a_schedule_tells_the_next_round_and_a_failure_brings_it_forward() {
        let schedule = Box::new(Schedule::new("15 4 * * *", "UTC").unwrap());
        let retry = Duration::from_secs(5);
        // 04:14 of 1970-01-01.
        let when = When::Scheduled { schedule, retry, clock: || (4 * 60 + 14) * 60_000 };
        assert_eq!(when.first(), Duration::ZERO);
        assert_eq!(when.next(Round::Done), Duration::from_secs(60));
        assert_eq!(when.next(Round::Failed), retry);
        let after = When::After(NEVER);
        assert_eq!((after.first(), after.next(Round::Failed)), (NEVER, NEVER));
    }

    #[tokio::test]
    async fn rounds_end_with_the_last() {
        let mut left = 3;
        let work = async || {
            left -= 1;
            if left > 0 { Round::Failed } else { Round::Last }
        };
        let when = When::Every(Duration::ZERO);
        let job = Job { name: "three", when, at_stop: AtStop::Finish, work };
        job.run(CancellationToken::new()).await;
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_stop_cuts_a_round_off_or_waits_for_it() {
        for (at_stop, ended) in [(AtStop::Cut, 0), (AtStop::Finish, 1)] {
            let (stop, rounds) = (CancellationToken::new(), AtomicU32::new(0));
            let work = async || {
                stop.cancel();
                tokio::time::sleep(Duration::from_millis(20)).await;
                rounds.fetch_add(1, Ordering::Relaxed);
            };
            Job { name: "one", when: When::Every(NEVER), at_stop, work }.run(stop.clone()).await;
            assert_eq!(rounds.into_inner(), ended);
        }
    }
}
