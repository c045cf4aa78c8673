//! What goes wrong at the fake: errors at a rate, throttling, failing reports, lost cursors, slowness.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{Said, error};

/// Chances are in percent of the requests.
pub struct Trouble {
    random: ChaCha8Rng,
    /// Errors that pass.
    pub errors: u32,
    /// Reports that fail at 100 %.
    pub failing_reports: u32,
    /// Cursors that are not known any more.
    pub lost_cursors: u32,
    /// Days that are too much at once; 0: none.
    pub most_days: i32,
    /// An error that does not pass, from some request on: (requests until then, code, subcode).
    pub fatal: Option<(u64, i64, i64)>,
    /// What the headers say of used limits, percent.
    pub used: u32,
    /// Answers take up to so many milliseconds.
    pub slowness: u64,
}

impl Trouble {
    pub fn none() -> Self {
        Self {
            random: ChaCha8Rng::seed_from_u64(7),
            errors: 0,
            failing_reports: 0,
            lost_cursors: 0,
            most_days: 0,
            fatal: None,
            used: 0,
            slowness: 0,
        }
    }

    pub fn errors(percent: u32, seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), errors: percent, ..Self::none() }
    }

    fn happens(&mut self, percent: u32) -> bool {
        percent > 0 && self.random.random_range(0..100) < percent
    }

    pub fn strike(&mut self, path: &[&str]) -> Option<Said> {
        if let Some((left, code, subcode)) = &mut self.fatal {
            if *left == 0 {
                return Some(error(400, *code, *subcode, "This does not pass"));
            }
            *left -= 1;
        }
        if !self.happens(self.errors) {
            return None;
        }
        Some(match self.random.next_u32() % 6 {
            0 => error(
                500,
                2,
                0,
                "An unexpected error has occurred. Please retry your request later.",
            ),
            1 => error(400, 80000, 2_446_079, "There have been too many calls to this ad-account."),
            2 => error(403, 4, 1_504_022, "Application request limit reached"),
            3 => error(500, 1, 99, "An unknown error occurred"),
            4 => {
                let page = Value::String("<html><body>502 Bad Gateway</body></html>".to_owned());
                (StatusCode::BAD_GATEWAY, HeaderMap::new(), page)
            }
            // A page that breaks off in the middle.
            _ if path.last() == Some(&"insights") => {
                let torn = Value::String("{\"data\":[{\"ad_id\":\"1".to_owned());
                (StatusCode::OK, HeaderMap::new(), torn)
            }
            _ => error(500, 2, 0, "Service temporarily unavailable"),
        })
    }

    pub fn report_fails(&mut self) -> bool {
        self.happens(self.failing_reports)
    }

    pub fn loses_cursor(&mut self, offset: usize) -> bool {
        offset > 0 && self.happens(self.lost_cursors)
    }

    pub fn is_too_much(&self, days: i32) -> bool {
        self.most_days > 0 && days > self.most_days
    }

    pub fn usage(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.used > 0 {
            let told = json!({
                "app_id_util_pct": self.used, "acc_id_util_pct": 10,
                "ads_api_access_tier": "standard_access",
            });
            headers.insert("x-fb-ads-insights-throttle", told.to_string().parse().unwrap());
        }
        headers
    }

    pub fn delay(&mut self) -> Duration {
        if self.slowness == 0 {
            return Duration::ZERO;
        }
        Duration::from_millis(self.random.random_range(0..self.slowness))
    }
}
