//! How often somebody may try to log in from an address, with one name and with any: guessing from one place does not
//! get far. `devices` slows down who guesses one user's password from many places.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::{address, name};

/// Tries a minute from one address for one name, and at once.
const BY_NAME: NonZeroU32 = NonZeroU32::new(6).unwrap();
/// Tries a minute from one address, and at once.
const BY_ADDRESS: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Names and addresses that are remembered before those are forgotten that may try again.
const MOST_KEYS: usize = 10_000;

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
    pub(super) fn check(&self, name: &str, address: IpAddr) -> Result<(), u64> {
        let now = DefaultClock::default().now();
        // What is no user's name is nobody's: all of it is counted as one.
        let name = name::key(name).unwrap_or_default();
        let neighbours = address::neighbours(address).to_string();
        // From elsewhere nobody takes tries away from whoever has the name.
        let name = format!("{neighbours} {name}");
        for (limiter, key) in [(&self.addresses, neighbours), (&self.names, name)] {
            if limiter.len() > MOST_KEYS {
                limiter.retain_recent();
            }
            if let Err(until) = limiter.check_key(&key) {
                return Err(until.wait_time_from(now).as_secs() + 1);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_an_ipv6_address_share_its_tries() {
        let throttle = Throttle::new();
        let try_from = |number: u16, name: &str| {
            let address = format!("2001:db8:1:2::{number:x}").parse().unwrap();
            throttle.check(name, address)
        };
        for number in 0..30 {
            assert!(try_from(number, &format!("name{number}")).is_ok());
        }
        assert!(try_from(99, "another").is_err());
        let elsewhere = "2001:db8:1:3::1".parse().unwrap();
        assert!(throttle.check("another", elsewhere).is_ok());
    }

    #[test]
    fn a_name_has_its_tries_however_it_is_written() {
        let throttle = Throttle::new();
        let try_as = |name: &str| throttle.check(name, [192, 0, 2, 1].into());
        let ways = ["anna", "Anna", "aNNa", " anna ", "ANNA", "anna\u{a0}"];
        for name in ways {
            assert!(try_as(name).is_ok(), "{name:?}");
        }
        assert!(try_as("AnnA").is_err());
        assert!(try_as("ann").is_ok());
        // An IPv4 address has its tries in either form.
        for number in 0..30 {
            let from = if number % 2 == 0 { "198.51.100.1" } else { "::ffff:198.51.100.1" };
            assert!(throttle.check(&format!("name{number}"), from.parse().unwrap()).is_ok());
        }
        assert!(throttle.check("another", "198.51.100.1".parse().unwrap()).is_err());
    }
}
