//! Sessions: a signed cookie that names the user, and when they logged in. It ends with its time, when the user's
//! password or role changes, and when the key changes.

use axum::http::HeaderMap;

use super::cookies::{Key, cookie, cookies};

const NAME: &str = "messenger_funnel_session";
/// How long a session lasts.
const LASTS_MS: i64 = 7 * 24 * 3600 * 1000;

/// What a session's cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub user: String,
    pub epoch: u32,
    pub since: i64,
}

/// The cookie of a session that begins.
pub(super) fn cookie_of(key: &Key, session: &Session, is_secure: bool) -> String {
    let text = format!("{}|{}|{}", session.user, session.epoch, session.since);
    signed(key, NAME, text, LASTS_MS, is_secure)
}

/// A cookie that we sign, good for so many milliseconds.
pub(super) fn signed(
    key: &Key,
    name: &str,
    text: String,
    lasts_ms: i64,
    is_secure: bool,
) -> String {
    cookie(name, &key.signed(&text), lasts_ms / 1000, is_secure)
}

/// The cookie that takes a session's place when it ends.
pub(super) fn ended() -> String {
    cookie(NAME, "", 0, false)
}

/// The session that a request shows, if it is signed by us and has not ended.
pub(super) fn shown(key: &Key, headers: &HeaderMap, now: i64) -> Option<Session> {
    for text in texts_signed(key, headers, NAME) {
        let mut parts = text.split('|');
        let (user, epoch, since) = (parts.next()?, parts.next()?, parts.next()?);
        let (epoch, since) = (epoch.parse().ok()?, since.parse::<i64>().ok()?);
        if now.saturating_sub(since) < LASTS_MS {
            return Some(Session { user: user.to_owned(), epoch, since });
        }
    }
    None
}

/// What the cookies of that name say that were signed by us.
pub(super) fn texts_signed(key: &Key, headers: &HeaderMap, name: &str) -> Vec<String> {
    cookies(headers, name).filter_map(|value| key.verified(value)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let shown = cookie.split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, shown.parse().unwrap())])
    }

    #[test]
    fn a_session_is_what_we_signed_until_its_time_is_over() {
        let (key, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let session = Session { user: "anna".to_owned(), epoch: 3, since: 1000 };
        let cookie = cookie_of(&key, &session, true);
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=604800"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(shown(&key, &headers(&cookie), 2000), Some(session));
        assert_eq!(shown(&other, &headers(&cookie), 2000), None);
        assert_eq!(shown(&key, &headers(&cookie), 1000 + LASTS_MS), None);
        let forged = cookie.replace("anna", "root");
        assert_ne!(forged, cookie);
        assert_eq!(shown(&key, &headers(&forged), 2000), None);
        assert_eq!(shown(&key, &HeaderMap::new(), 2000), None);
    }
}
