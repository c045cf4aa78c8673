//! Small files of which no flipped bit may take anything: each is kept twice, with a checksum.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::private;

/// Stands between a file's text and its checksum.
const SEAL: &[u8] = b"\n#";
/// Hexadecimal digits of the checksum.
const DIGITS: usize = 8;

/// What a file holds; `None` if there is none. `is_plain` knows files that were written before they had a checksum.
///
/// # Errors
/// If no copy can be read whole.
pub(super) fn read(path: &Path, is_plain: impl Fn(&[u8]) -> bool) -> io::Result<Option<Vec<u8>>> {
    let mut unread = None;
    for file in [path.to_owned(), copy(path)] {
        match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => unread = Some(error),
            Ok(bytes) => match unsealed(&bytes).or_else(|| is_plain(&bytes).then_some(&bytes)) {
                Some(text) => {
                    if let Some(error) = unread {
                        tracing::error!(%error, path = %path.display(), "a file is damaged; its copy counts");
                    }
                    return Ok(Some(text.to_vec()));
                }
                None => unread = Some(io::Error::new(io::ErrorKind::InvalidData, "it is damaged")),
            },
        }
    }
    unread.map_or(Ok(None), Err)
}

/// Writes both copies; they are on disk when this returns.
///
/// # Errors
/// If the disk refuses.
pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let checksum = format!("{:0DIGITS$x}", crc32fast::hash(text));
    let bytes = [text, SEAL, checksum.as_bytes()].concat();
    private::replace(path, &bytes)?;
    private::replace(&copy(path), &bytes)
}

fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (text, checksum) = bytes.split_at(bytes.len().checked_sub(DIGITS)?);
    let text = text.strip_suffix(SEAL)?;
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    (crc32fast::hash(text) == checksum).then_some(text)
}

fn copy(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".copy");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whichever_bit_is_flipped_the_other_copy_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        assert_eq!(read(&path, |_| true).unwrap(), None);
        fs::write(&path, "plain").unwrap();
        assert_eq!(read(&path, |text| text == b"plain").unwrap().unwrap(), b"plain");
        write(&path, b"a text\nof two lines").unwrap();
        for file in [path.clone(), copy(&path)] {
            let whole = fs::read(&file).unwrap();
            for bit in 0..whole.len() * 8 {
                let mut damaged = whole.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                fs::write(&file, &damaged).unwrap();
                assert_eq!(
                    read(&path, |_| false).unwrap().unwrap(),
                    b"a text\nof two lines",
                    "{bit}"
                );
            }
            fs::remove_file(&file).unwrap();
            assert!(read(&path, |_| false).unwrap().is_some());
            fs::write(&file, &whole).unwrap();
        }
        fs::write(&path, "torn").unwrap();
        fs::write(copy(&path), "torn").unwrap();
        assert!(read(&path, |_| false).is_err());
    }
}
