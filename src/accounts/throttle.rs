//! How often somebody may try to log in from an address, with one name and with any: guessing from one place does not
//! get far. `devices` slows down who guesses one user's password from many places.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Tries a minute from one address for one name, and at once.
const BY_NAME: NonZeroU32 = NonZeroU32::new(6).unwrap();
/// Tries a minute from one address, and at once.
const BY_ADDRESS: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Letters of a name that count; more has no user.
const LONGEST_NAME: usize = 64;
/// Names and addresses that are remembered before those are forgotten that may try again.
const MOST_KEYS: usize = 10_000;

/// Who has one IPv6 address has the 2^64 beside it.
fn block(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x?}", &address.segments()[..4]),
    }
}

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
        let name: String = name.chars().take(LONGEST_NAME).collect();
        // From elsewhere nobody takes tries away from whoever has the name.
        let name = format!("{} {name}", block(address));
        for (limiter, key) in [(&self.addresses, block(address)), (&self.names, name)] {
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
            assert!(try_from(number, &format!("name {number}")).is_ok());
        }
        assert!(try_from(99, "another name").is_err());
        let elsewhere = "2001:db8:1:3::1".parse().unwrap();
        assert!(throttle.check("another name", elsewhere).is_ok());
        // An IPv4 address is itself in either form.
        assert_eq!(block("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1");
    }
}
