//! How much time has passed, by a clock that nobody sets, and that goes on while the machine is suspended.

use std::time::{Duration, Instant};

/// An instant from which time is measured.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Stands still while the machine is suspended.
    running: Instant,
    /// Since the machine was booted; `None` where the system does not tell.
    booted: Option<Duration>,
}

impl Moment {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self { running: Instant::now(), booted: since_boot() }
    }

    /// How long ago it was.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        let booted = self.booted.zip(since_boot()).map(|(then, now)| now.saturating_sub(then));
        self.running.elapsed().max(booted.unwrap_or_default())
    }
}

/// Linux counts the time of suspension here (`CLOCK_BOOTTIME`), in hundredths of a second.
fn since_boot() -> Option<Duration> {
    uptime(&std::fs::read_to_string("/proc/uptime").ok()?)
}

fn uptime(text: &str) -> Option<Duration> {
    let seconds = text.split_whitespace().next()?.parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_the_machine_was_suspended_counts() {
        assert_eq!(uptime("351735.47 234388.90\n"), Some(Duration::from_millis(351_735_470)));
        assert_eq!((uptime(""), uptime("-1 0"), uptime("soon")), (None, None, None));
        let booted = since_boot().expect("this system tells");
        // As it is after an hour in which the process's own clock stood still.
        let before = booted.checked_sub(Duration::from_secs(3600));
        let moment = Moment { running: Instant::now(), booted: Some(before.unwrap_or_default()) };
        assert!(moment.elapsed() >= Duration::from_secs(3600).min(booted));
        assert!(Moment::now().elapsed() < Duration::from_secs(60));
    }
}
