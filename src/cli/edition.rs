//! Which edition of parser and rules reads this data folder's bodies: counted up whenever it is another than before. So
//! what is read again after an upgrade, or by other rules, takes the place of what was made of the same bodies.

use std::io;
use std::path::Path;

use anyhow::Context;

use crate::private;

/// Name of the file: the edition's number, and the fingerprint of its parser and rules.
const NAME: &str = "edition";

/// The number of the edition with this fingerprint: the newest's, or the one behind it, which is the newest then.
///
/// # Errors
/// If the disk refuses.
pub(super) fn current(data_dir: &Path, fingerprint: u64) -> anyhow::Result<u16> {
    let path = data_dir.join(NAME);
    let known = || -> io::Result<Option<String>> {
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    };
    let known = known().with_context(|| format!("reading {}", path.display()))?;
    let newest = known.as_deref().and_then(parse);
    if known.is_some() && newest.is_none() {
        tracing::warn!(
            "{} is damaged: what is read again now may not take the place of what was read before",
            path.display()
        );
    }
    let number = match newest {
        Some((number, same)) if same == fingerprint => return Ok(number),
        Some((number, _)) => number.saturating_add(1),
        None => 0,
    };
    let line = format!("{number} {fingerprint:016x}\n");
    private::folder(data_dir)
        .and_then(|()| private::replace(&path, line.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(number)
}

fn parse(line: &str) -> Option<(u16, u64)> {
    let (number, fingerprint) = line.trim_end().split_once(' ')?;
    Some((number.parse().ok()?, u64::from_str_radix(fingerprint, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_parser_or_rule_is_the_next_edition() {
        let folder = tempfile::tempdir().unwrap();
        let numbers = [7, 7, 8, 8, 7].map(|one| current(folder.path(), one).unwrap());
        assert_eq!(numbers, [0, 0, 1, 1, 2]);
        std::fs::write(folder.path().join(NAME), "3 zz").unwrap();
        assert_eq!(current(folder.path(), 7).unwrap(), 0);
    }
}
