//! Sessions: a signed cookie that names the user, and when they logged in. It ends with its time, when the user's
//! password or role changes, and when the key changes.

use std::fs;
use std::io;
use std::path::Path;

use axum::http::{HeaderMap, header};
use cookie::{Cookie, CookieJar, Key, SameSite, time::Duration};

use crate::private;

const NAME: &str = "messenger_funnel_session";
/// How long a session lasts.
const LASTS_MS: i64 = 7 * 24 * 3600 * 1000;
const KEY_BYTES: usize = 64;

/// What a session's cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub user: String,
    pub epoch: u32,
    pub since: i64,
}

/// The key of the file, which is made if it is missing.
///
/// # Errors
/// If the disk refuses, or the file holds no key.
pub fn key_of(file: &Path) -> io::Result<Key> {
    let found = match fs::read(file) {
        // Made and never written: by a version that did not sync it, before the power was cut.
        Ok(bytes) if bytes.is_empty() => {
            fs::remove_file(file)?;
            Err(io::ErrorKind::NotFound.into())
        }
        found => found,
    };
    let bytes = match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = Key::try_generate().ok_or_else(|| io::Error::other("no randomness"))?;
            if let Some(folder) = file.parent() {
                private::folder(folder)?;
            }
            match private::create_new(file, key.master()) {
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => created?,
            }
            fs::read(file)?
        }
        bytes => bytes?,
    };
    if bytes.len() != KEY_BYTES {
        return Err(io::Error::other("it is no key; remove it, and all will have to log in again"));
    }
    Key::try_from(bytes.as_slice()).map_err(io::Error::other)
}

/// The cookie of a session that begins.
pub(super) fn cookie_of(key: &Key, session: &Session, is_secure: bool) -> String {
    let text = format!("{}|{}|{}", session.user, session.epoch, session.since);
    signed(key, NAME, text, LASTS_MS, is_secure)
}

/// A cookie that we sign, good for so many milliseconds.
pub(super) fn signed(
    key: &Key,
    name: &'static str,
    text: String,
    lasts_ms: i64,
    is_secure: bool,
) -> String {
    let cookie = Cookie::build((name, text))
        .path("/")
        .http_only(true)
        .secure(is_secure)
        // Links in mails lead to pages; what changes something is guarded by where it comes from.
        .same_site(SameSite::Lax)
        .max_age(Duration::milliseconds(lasts_ms))
        .build();
    let mut jar = CookieJar::new();
    jar.signed_mut(key).add(cookie);
    jar.get(name).map(ToString::to_string).unwrap_or_default()
}

/// The cookie that takes a session's place when it ends.
pub(super) fn ended() -> String {
    format!("{NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
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
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|text| text.to_str().ok());
    let cookies = texts.flat_map(|text| Cookie::split_parse(text.to_owned())).flatten();
    let ours = cookies.filter(|cookie| cookie.name() == name).filter_map(|cookie| {
        let mut jar = CookieJar::new();
        jar.add_original(cookie);
        jar.signed(key).get(name).map(|cookie| cookie.value().to_owned())
    });
    ours.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let shown = cookie.split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, shown.parse().unwrap())])
    }

    #[test]
    fn a_session_is_what_we_signed_until_its_time_is_over() {
        let (key, other) = (Key::generate(), Key::generate());
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

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/session.key");
        let key = key_of(&file).unwrap();
        assert_eq!(key_of(&file).unwrap().master(), key.master());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&file, "short").unwrap();
        assert!(key_of(&file).is_err());
        fs::write(&file, "").unwrap();
        assert_ne!(key_of(&file).unwrap().master(), key.master());
        assert_eq!(fs::read_dir(folder.path().join("keys")).unwrap().count(), 1);
    }
}
