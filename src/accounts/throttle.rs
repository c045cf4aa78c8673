//! How often somebody may try to log in: by name and by address, so that neither guessing one user's password from
//! many places nor many users' from one place gets far.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Tries a minute for one name, and at once.
const BY_NAME: NonZeroU32 = NonZeroU32::new(6).unwrap();
/// Tries a minute from one address, and at once.
const BY_ADDRESS: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Tries so far.
#[derive(Clone)]
pub(super) struct Throttle {
    names: Arc<DefaultKeyedRateLimiter<String>>,
    addresses: Arc<DefaultKeyedRateLimiter<String>>,
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Throttle")
    }
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self {
            names: Arc::new(RateLimiter::dashmap(Quota::per_minute(BY_NAME))),
            addresses: Arc::new(RateLimiter::dashmap(Quota::per_minute(BY_ADDRESS))),
        }
    }

    /// Counts a try; the seconds to wait if it is one too many.
    pub(super) fn check(&self, name: &str, address: &str) -> Result<(), u64> {
        let now = DefaultClock::default().now();
        let limits = [(&self.addresses, address), (&self.names, name)];
        for (limiter, key) in limits {
            if let Err(until) = limiter.check_key(&key.to_owned()) {
                return Err(until.wait_time_from(now).as_secs() + 1);
            }
        }
        Ok(())
    }
}
