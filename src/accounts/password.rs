//! Passwords are kept as Argon2id hashes (RFC 9106), with the parameters that OWASP's Password Storage Cheat Sheet
//! names as a minimum: 19 MiB, two passes, one lane.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::Refusal;
use super::limits::{LONGEST_PASSWORD, SHORTEST_PASSWORD};

/// A hash that no password has, for names that nobody has: the time of an answer tells nothing.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash(&uuid::Uuid::new_v4().to_string()).unwrap_or_default());

/// What is wrong with a new password.
///
/// # Errors
/// If it is too short or too long.
pub fn check(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Refusal::ShortPassword);
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(Refusal::LongPassword);
    }
    Ok(())
}

/// A password's hash, in PHC form. Takes tens of milliseconds.
///
/// # Errors
/// If the system has no randomness.
pub fn hash(password: &str) -> Result<String, String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether it is the password of that hash; `None`: nobody has that name. Takes as long either way.
#[must_use]
pub fn fits(password: &str, hash: Option<&str>) -> bool {
    if password.len() > LONGEST_PASSWORD {
        return false;
    }
    let known = hash.filter(|hash| !hash.is_empty());
    let Ok(parsed) = PasswordHash::new(known.unwrap_or(&NOBODY)) else { return false };
    let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    fits && known.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_password_fits() {
        let known = hash("correct horse battery").unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert!(fits("correct horse battery", Some(&known)));
        assert!(!fits("correct horse batterx", Some(&known)));
        assert!(!fits("", Some("")) && !fits("", None) && !fits("x", Some("no hash")));
        assert!(check("short").is_err() && check(&"x".repeat(1025)).is_err());
        assert!(check("correct horse battery").is_ok());
    }
}
