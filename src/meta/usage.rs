//! How much of what Meta allows has been used, from the headers of its answers, and how long to wait
//! before the limit is hit.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::Deserialize;

/// Used up to here, nothing needs to be done.
const EASY: f64 = 75.0;
/// The wait just below the limit, if Meta does not say how long.
const FULL_WAIT: Duration = Duration::from_secs(300);

/// What the headers of one answer say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// The scarcest thing's used part, in percent; 0 if nothing is said.
    pub percent: f64,
    /// How long Meta says that access is shut, if it is.
    pub regain: Option<Duration>,
}

/// `X-App-Usage`, and each entry of `X-Business-Use-Case-Usage`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Calls {
    call_count: f64,
    total_cputime: f64,
    total_time: f64,
    /// Minutes.
    estimated_time_to_regain_access: f64,
}

/// `X-FB-Ads-Insights-Throttle` and `X-Ad-Account-Usage`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Throttle {
    app_id_util_pct: f64,
    acc_id_util_pct: f64,
    /// Seconds.
    reset_time_duration: f64,
}

impl Usage {
    /// Reads the headers; what is not understood says nothing.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut usage = Self::default();
        if let Some(app) = read::<Calls>(headers, "x-app-usage") {
            usage.add_calls(&app);
        }
        let cases = read::<BTreeMap<String, Vec<Calls>>>(headers, "x-business-use-case-usage");
        for calls in cases.into_iter().flatten().flat_map(|(_, calls)| calls) {
            usage.add_calls(&calls);
        }
        for name in ["x-fb-ads-insights-throttle", "x-ad-account-usage"] {
            let Some(throttle) = read::<Throttle>(headers, name) else { continue };
            let percent = throttle.app_id_util_pct.max(throttle.acc_id_util_pct);
            usage.percent = usage.percent.max(percent);
            // The end of the hour is told always; it matters once the limit is hit.
            if percent >= 100.0 {
                usage.shut_for(throttle.reset_time_duration);
            }
        }
        usage
    }

    fn add_calls(&mut self, calls: &Calls) {
        let percent = calls.call_count.max(calls.total_cputime).max(calls.total_time);
        self.percent = self.percent.max(percent);
        self.shut_for(calls.estimated_time_to_regain_access * 60.0);
    }

    fn shut_for(&mut self, seconds: f64) {
        if seconds > 0.0 && seconds < 1e7 {
            let shut = Duration::from_secs_f64(seconds);
            self.regain = Some(self.regain.map_or(shut, |known| known.max(shut)));
        }
    }

    /// How long to wait before the next call: the nearer to the limit, the longer.
    #[must_use]
    pub fn pause(&self) -> Duration {
        if let Some(regain) = self.regain {
            return regain;
        }
        let near = ((self.percent - EASY) / (100.0 - EASY)).clamp(0.0, 1.0);
        FULL_WAIT.mul_f64(near * near)
    }
}

fn read<T: for<'de> Deserialize<'de>>(headers: &HeaderMap, name: &str) -> Option<T> {
    serde_json::from_slice(headers.get(name)?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &'static str) -> Usage {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        Usage::of(&headers)
    }

    #[test]
    fn every_header_is_heard() {
        let business = of(
            "x-business-use-case-usage",
            r#"{"1":[{"type":"ads_insights","call_count":20,"total_cputime":91,"total_time":3,"estimated_time_to_regain_access":7,"ads_api_access_tier":"standard_access"}]}"#,
        );
        assert_eq!(business, Usage { percent: 91.0, regain: Some(Duration::from_secs(420)) });
        let insights = of(
            "x-fb-ads-insights-throttle",
            r#"{"app_id_util_pct":80,"acc_id_util_pct":10.5,"ads_api_access_tier":"standard_access"}"#,
        );
        assert_eq!(insights, Usage { percent: 80.0, regain: None });
        assert!(insights.pause() > Duration::from_secs(5));
        assert!(insights.pause() < Duration::from_secs(30));
        let account =
            of("x-ad-account-usage", r#"{"acc_id_util_pct":100,"reset_time_duration":99}"#);
        assert_eq!(account.pause(), Duration::from_secs(99));
        assert_eq!(of("x-app-usage", r#"{"call_count":28}"#).pause(), Duration::ZERO);
        assert_eq!(of("x-app-usage", "nonsense"), Usage::default());
    }
}
