//! Makes a body readable that is nearly JSON: text that is not UTF-8, and halves of surrogate
//! pairs (`\ud83d` alone), which JavaScript writes and strict parsers refuse. What cannot be read
//! becomes U+FFFD; nothing else changes.

/// The body with such places replaced; `None` if there are none.
pub(super) fn repaired(body: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut is_changed = matches!(text, std::borrow::Cow::Owned(_));
    while let Some(first) = rest.first() {
        if *first != b'\\' {
            out.push(*first);
            rest = &rest[1..];
            continue;
        }
        let taken = match (escaped_unit(rest), escaped_unit(rest.get(6..).unwrap_or_default())) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out.extend_from_slice(b"\\ufffd");
                rest = &rest[6..];
                is_changed = true;
                continue;
            }
            (Some(_), _) => 6,
            // Another escape: the letter behind the backslash belongs to it.
            (None, _) => rest.len().min(2),
        };
        out.extend_from_slice(&rest[..taken]);
        rest = &rest[taken..];
    }
    is_changed.then_some(out)
}

/// The unit of a `\uXXXX` at the start.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::repaired;

    #[test]
    fn only_what_is_broken_changes() {
        for whole in [r#"{"a":"\ud83d\ude00 \\ud83d \u00e9 é"}"#, "", "\\", r"\u12"] {
            assert_eq!(repaired(whole.as_bytes()), None, "{whole}");
        }
        let broken = [
            (r"x\ud83d", r"x\ufffd"),
            (r"\ude00\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\ud83d\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\ud83d\\ude00", r"\ufffd\\ude00"),
        ];
        for (before, after) in broken {
            assert_eq!(repaired(before.as_bytes()).unwrap(), after.as_bytes(), "{before}");
        }
        assert_eq!(repaired(b"a\xffb").unwrap(), "a\u{fffd}b".as_bytes());
    }
}
