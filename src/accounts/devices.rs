//! Devices by which somebody has logged in before, as OWASP has them ("Slow Down Online Guessing Attacks with Device
//! Cookies"): a browser gets a signed cookie when a password was right. Tries with it are counted for themselves, so
//! that whoever guesses a name's password elsewhere does not lock its user out. Tries without it are slowed down for
//! the name as a whole, from however many addresses they come.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::HeaderMap;
use cookie::Key;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::name;
use super::session::{signed, texts_signed};

const NAME: &str = "messenger_funnel_device";
/// How long a device is remembered.
const LASTS_MS: i64 = 180 * 24 * 3600 * 1000;
/// Tries a minute of one device that is known, and at once.
const BY_DEVICE: NonZeroU32 = NonZeroU32::new(6).unwrap();
/// Tries a minute for one name of all others together, and at once.
const BY_NAME: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// Names and devices that are remembered before those are forgotten that may try again.
const MOST_KEYS: usize = 10_000;

/// Tries by device and by name.
#[derive(Clone)]
pub(super) struct Devices {
    known: Arc<DefaultKeyedRateLimiter<String>>,
    others: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Devices {
    pub(super) fn new() -> Self {
        Self {
            known: Arc::new(RateLimiter::dashmap(Quota::per_minute(BY_DEVICE))),
            others: Arc::new(RateLimiter::dashmap(Quota::per_minute(BY_NAME))),
        }
    }

    /// Counts a try of a device by which that name has logged in; the seconds to wait if it is one too many.
    pub(super) fn check_known(&self, device: &str) -> Result<(), u64> {
        check(&self.known, device.to_owned())
    }

    /// Counts a try for a name of any other device.
    pub(super) fn check_other(&self, name: &str) -> Result<(), u64> {
        check(&self.others, folded(name))
    }
}

fn check(limiter: &DefaultKeyedRateLimiter<String>, key: String) -> Result<(), u64> {
    if limiter.len() > MOST_KEYS {
        limiter.retain_recent();
    }
    let now = DefaultClock::default().now();
    limiter.check_key(&key).map_err(|until| until.wait_time_from(now).as_secs() + 1)
}

/// One key of a name, however it is written.
fn folded(name: &str) -> String {
    name::key(name).unwrap_or_default()
}

/// The cookie of a device by which `name` has just logged in.
pub(super) fn cookie_of(key: &Key, name: &str, now: i64, is_secure: bool) -> String {
    let number = uuid::Uuid::new_v4().simple();
    let text = format!("{number}|{now}|{}", folded(name));
    signed(key, NAME, text, LASTS_MS, is_secure)
}

/// The device by which `name` has logged in, if the request shows one.
pub(super) fn shown(key: &Key, headers: &HeaderMap, name: &str, now: i64) -> Option<String> {
    let name = folded(name);
    texts_signed(key, headers, NAME).into_iter().find_map(|text| {
        let mut parts = text.splitn(3, '|');
        let (number, since, own) = (parts.next()?, parts.next()?, parts.next()?);
        let is_young = now.saturating_sub(since.parse::<i64>().ok()?) < LASTS_MS;
        (own == name && is_young).then(|| number.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn a_device_is_one_names_until_its_time_is_over() {
        let (key, other) = (Key::generate(), Key::generate());
        let cookie = cookie_of(&key, "Anna|B", 1000, true);
        assert!(cookie.contains("HttpOnly") && cookie.contains("Secure"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().parse().unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie)]);
        let device = shown(&key, &headers, "anna|b", 2000).unwrap();
        assert_eq!(shown(&key, &headers, "ANNA|B", 2000), Some(device));
        assert_eq!(shown(&key, &headers, "ben", 2000), None);
        assert_eq!(shown(&other, &headers, "anna|b", 2000), None);
        assert_eq!(shown(&key, &headers, "anna|b", 1000 + LASTS_MS), None);
        assert_eq!(shown(&key, &HeaderMap::new(), "anna|b", 2000), None);
    }

    #[test]
    fn guesses_elsewhere_take_nothing_from_a_known_device() {
        let devices = Devices::new();
        let guessed = (0..100).filter(|_| devices.check_other("anna").is_ok()).count();
        assert_eq!(guessed, 30);
        assert!(devices.check_other("ANNA").is_err() && devices.check_other("ben").is_ok());
        let tried = (0..20).filter(|_| devices.check_known("a device").is_ok()).count();
        assert_eq!(tried, 6);
        assert!(devices.check_known("another").is_ok());
    }
}
