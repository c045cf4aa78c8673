//! Cookies (RFC 6265), and the key that signs them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::private;

const KEY_BYTES: usize = 64;
/// The bytes that sign; the others are for whoever will have something to encrypt.
const SIGNING_BYTES: usize = 32;
/// Letters of a signature, which stands in front of what it signs.
const SIGNATURE_LETTERS: usize = 44;

/// The key by which we know again what we signed.
#[derive(Clone)]
pub struct Key([u8; KEY_BYTES]);

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key")
    }
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub(super) fn generate() -> io::Result<Self> {
        let mut bytes = [0; KEY_BYTES];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.map_err(|_| io::Error::other("no randomness"))?;
        Ok(Self(bytes))
    }

    /// The bytes that sign.
    pub(super) fn signing(&self) -> &[u8] {
        &self.0[..SIGNING_BYTES]
    }

    fn mac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.signing())
    }

    /// A text with our signature in front.
    pub(super) fn signed(&self, text: &str) -> String {
        STANDARD.encode(hmac::sign(&self.mac(), text.as_bytes())) + text
    }

    /// The text, if we signed it.
    pub(super) fn verified<'a>(&self, signed: &'a str) -> Option<&'a str> {
        let (signature, text) = signed.split_at_checked(SIGNATURE_LETTERS)?;
        let signature = STANDARD.decode(signature).ok()?;
        hmac::verify(&self.mac(), text.as_bytes(), &signature).is_ok().then_some(text)
    }
}

/// The key of the file, which is made if it is missing.
///
/// # Errors
/// If the disk refuses, or the file holds no key.
pub fn key_of(file: &Path) -> io::Result<Key> {
    let bytes = match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(file)?;
            fs::read(file)?
        }
        // What a power cut has left of one that was being made.
        Ok(bytes) if bytes.is_empty() => {
            fs::remove_file(file)?;
            make(file)?;
            fs::read(file)?
        }
        bytes => bytes?,
    };
    let no_key = |_| io::Error::other("it is no key; remove it, and all will have to log in again");
    bytes.try_into().map(Key).map_err(no_key)
}

/// Makes the file, unless another process is faster: it is there whole and on disk, or not at all.
fn make(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    private::folder(folder)?;
    let aside = file.with_extension(format!("{}.new", std::process::id()));
    let mut made = private::create(&aside)?;
    made.write_all(&Key::generate()?.0)?;
    made.sync_all()?;
    // Other than a renaming this leaves one that is there alone.
    let linked = fs::hard_link(&aside, file);
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::File::open(folder)?.sync_all(),
    }
}

/// What a browser is to keep for so many seconds, and scripts are not to see. Links in mails lead to pages, so it is
/// sent along with them; what changes something is guarded by where it comes from.
#[must_use]
pub fn cookie(name: &str, value: &str, seconds: i64, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// The values of a request's cookies of a name.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|text| text.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    let ours = pairs.filter(move |(one, _)| one.trim() == name);
    // Some clients put quotes around it (RFC 6265, section 4.1.1).
    ours.map(|(_, value)| {
        let value = value.trim();
        value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/session.key");
        let key = key_of(&file).unwrap();
        assert_eq!(key_of(&file).unwrap().0, key.0);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        // Who comes second takes that of the first.
        make(&file).unwrap();
        assert_eq!(key_of(&file).unwrap().0, key.0);
        fs::write(&file, "short").unwrap();
        assert!(key_of(&file).is_err());
        fs::write(&file, "").unwrap();
        assert_ne!(key_of(&file).unwrap().0, key.0);
    }

    #[test]
    fn only_what_we_signed_is_ours() {
        let (key, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let signed = key.signed("anna|3|1000");
        assert_eq!(key.verified(&signed), Some("anna|3|1000"));
        assert_eq!(other.verified(&signed), None);
        for wrong in [signed.replace("anna", "root"), format!("{signed}0"), signed[1..].to_owned()]
        {
            assert_eq!(key.verified(&wrong), None, "{wrong}");
        }
        for wrong in ["", "anna", &"é".repeat(30), &format!("é{}", "a".repeat(60))] {
            assert_eq!(key.verified(wrong), None, "{wrong}");
        }
        // As earlier versions signed: who is logged in stays so.
        let key = Key(std::array::from_fn(|place| u8::try_from(place).unwrap()));
        assert_eq!(key.signed("value"), KNOWN);
    }

    /// HMAC-SHA256 of `value` by the bytes 0 to 31, and `value`.
    const KNOWN: &str = "hktMehW+lEhzaYjuU5C83SlE8aSe3Udz7nJp5mOimc8=value";

    #[test]
    fn cookies_are_read_as_browsers_send_them() {
        let mut headers = HeaderMap::new();
        for line in ["a=1; b=x=y ;c=\"q\"", "b=2; =3; b", ";;"] {
            headers.append(header::COOKIE, line.parse().unwrap());
        }
        let of = |name| cookies(&headers, name).collect::<Vec<_>>();
        assert_eq!((of("a"), of("b"), of("c")), (vec!["1"], vec!["x=y", "2"], vec!["q"]));
        assert_eq!(of("d"), Vec::<&str>::new());
    }
}
