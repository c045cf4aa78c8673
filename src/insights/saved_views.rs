//! Pages that are kept under a name: which may be, and their addresses today.

use jiff::civil::Date;
use jiff::{Span, tz::TimeZone};

use crate::accounts::{Scope, Who};
use crate::domain::Timestamp;
use crate::store::SavedView;

/// Pages that can be kept. Those of one person are not: an erasure would not find their ids here.
const PAGES: [&str; 13] = [
    "/",
    "/funnels",
    "/funnels/build",
    "/ads",
    "/attribution",
    "/attribution/touchpoints",
    "/links",
    "/conversations",
    "/conversations/rows",
    "/cohorts",
    "/audience",
    "/quality",
    "/goals",
];
/// Pages of one thing each.
const OF_ONE: &str = "/ads/";
/// Parameters that are no part of what is looked at: secrets, places in lists, what was just done.
const LEFT_OUT: [&str; 10] =
    ["token", "cursor", "saved", "format", "figures", "limit", "offset", "do", "edits", "error"];
/// Bytes of an address.
const LONGEST: usize = 4000;
/// Days that move with today at most.
const MOST_DAYS: i32 = 1100;

/// An address that can be kept: the page, what it is asked, and the days that move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The page.
    pub path: String,
    /// What it is asked, without the days that move.
    pub query: String,
    /// Days that move with today; 0: none.
    pub days: u32,
    /// How many days before today the last of them is.
    pub back: u32,
}

/// Whether a page can be kept.
#[must_use]
pub fn can_be_kept(path: &str) -> bool {
    let is_plain = |id: &str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.%".contains(&byte);
        !id.is_empty() && id.bytes().all(is_letter)
    };
    PAGES.contains(&path) || path.strip_prefix(OF_ONE).is_some_and(is_plain)
}

impl Place {
    /// Of an address of a page; nothing if it cannot be kept. With `is_moving` whole days that end today or a week
    /// before at most move with the day.
    #[must_use]
    pub fn of(address: &str, is_moving: bool, today: Date) -> Option<Self> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        if address.len() > LONGEST || !can_be_kept(path) || query.contains('#') {
            return None;
        }
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let is_kept = |(name, value): &(String, String)| {
            !value.is_empty() && !LEFT_OUT.contains(&name.as_str())
        };
        let mut pairs: Vec<(String, String)> = pairs.filter(is_kept).collect();
        let day = |wanted: &str| {
            let found = pairs.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| value.parse::<Date>().ok())
        };
        let days = day("from").zip(day("through")).and_then(|(first, last)| {
            let days = (last - first).get_days() + 1;
            let back = (today - last).get_days();
            let can_move = (1..=MOST_DAYS).contains(&days) && (0..=7).contains(&back);
            let both = u32::try_from(days).ok().zip(u32::try_from(back).ok());
            both.filter(|_| is_moving && can_move)
        });
        let (days, back) = days.unwrap_or_default();
        if days > 0 {
            pairs.retain(|(name, _)| !matches!(name.as_str(), "from" | "through" | "to"));
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Some(Self { path: path.to_owned(), query, days, back })
    }
}

/// A view's address today.
#[must_use]
pub fn href(view: &SavedView, today: Date) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if view.days > 0 {
        let last = today.saturating_sub(Span::new().days(i64::from(view.back)));
        let first = last.saturating_sub(Span::new().days(i64::from(view.days) - 1));
        query.append_pair("from", &first.to_string()).append_pair("through", &last.to_string());
    }
    query.extend_pairs(form_urlencoded::parse(view.query.as_bytes()));
    let query = query.finish();
    if query.is_empty() { view.path.clone() } else { format!("{}?{query}", view.path) }
}

/// The day that it is somewhere.
#[must_use]
pub fn today(now: Timestamp, zone: &TimeZone) -> Date {
    let now = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    zone.to_datetime(now).date()
}

/// By which somebody's views are known to be theirs: users, and tokens, which may be called the same. No user's name has a
/// blank.
#[must_use]
pub fn owner(who: &Who) -> String {
    let is_plain = who.is_user || who.name.contains(' ');
    if is_plain { who.name.clone() } else { format!("{} (token)", who.name) }
}

/// Whether somebody sees a view: their own, and their team's, which is that of their workspace.
#[must_use]
pub fn sees(who: &Who, view: &SavedView) -> bool {
    view.owner == owner(who) || view.is_shared && view.workspace == team(who)
}

/// The name of somebody's workspace; empty of people of all.
#[must_use]
pub fn team(who: &Who) -> &str {
    who.workspace.as_ref().map_or("", |workspace| workspace.name.as_str())
}

/// Whether somebody may change what the whole team sees.
#[must_use]
pub fn may_share(who: &Who) -> bool {
    who.may(Scope::Write)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(address: &str, is_moving: bool) -> Option<Place> {
        Place::of(address, is_moving, Date::constant(2026, 11, 30))
    }

    #[test]
    fn days_move_with_today_and_nothing_of_the_moment_is_kept() {
        let written =
            "/funnels?from=2026-11-23&through=2026-11-29&by=ad&token=x&cursor=1&filter=source%3Dad";
        let kept = place(written, true).unwrap();
        assert_eq!((kept.days, kept.back, kept.query.as_str()), (7, 1, "by=ad&filter=source%3Dad"));
        let view = SavedView {
            id: String::new(),
            name: String::new(),
            owner: String::new(),
            is_shared: false,
            is_pinned: false,
            path: kept.path,
            query: kept.query,
            days: kept.days,
            back: kept.back,
            made_by: String::new(),
            made_at: 0,
            workspace: String::new(),
        };
        let then = Date::constant(2027, 1, 3);
        assert_eq!(
            href(&view, then),
            "/funnels?from=2026-12-27&through=2027-01-02&by=ad&filter=source%3Dad"
        );
        let fixed = place(written, false).unwrap();
        assert_eq!(fixed.query, "from=2026-11-23&through=2026-11-29&by=ad&filter=source%3Dad");
        // What is long over stays where it is.
        assert_eq!(place("/ads?from=2026-01-01&through=2026-01-31", true).unwrap().days, 0);
        assert_eq!(place("/", true), Some(Place { path: "/".to_owned(), ..Place::default() }));
    }

    #[test]
    fn only_pages_of_ours_that_tell_of_no_one_person_are_kept() {
        for address in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/people/1/2",
            "/find?search=ann",
            "/settings",
            "/ads/",
            "/ads/1/2",
            "/ads/\"><script>",
            "/funnels#a",
        ] {
            assert_eq!(place(address, true), None, "{address}");
        }
        assert!(place(&format!("/ads?filter={}", "a".repeat(4000)), true).is_none());
        assert!(place("/ads/120211234567890101?by=day", true).is_some());
    }
}
