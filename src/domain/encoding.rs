//! Bytes of a file as text: UTF-8 or UTF-16, with or without its mark, and plain ends of lines.

use std::borrow::Cow;

/// The text of a file, without byte order marks, each line ended by `\n`. Other encodings are not guessed: the same byte is
/// another letter in each.
///
/// # Errors
/// A sentence with the line, if it is neither UTF-8 nor UTF-16.
pub fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let text = match bytes {
        [0xff, 0xfe, wide @ ..] => Cow::Owned(wide_text(wide, u16::from_le_bytes)?),
        [0xfe, 0xff, wide @ ..] => Cow::Owned(wide_text(wide, u16::from_be_bytes)?),
        // No text begins with a zero, nor has one behind its first letter.
        [first, 0, ..] if *first != 0 => Cow::Owned(wide_text(bytes, u16::from_le_bytes)?),
        [0, second, ..] if *second != 0 => Cow::Owned(wide_text(bytes, u16::from_be_bytes)?),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(error) => return Err(not_text(bytes, error.valid_up_to())),
        },
    };
    // Programs that join files leave marks behind one another.
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Cow::Owned(text) => Cow::Owned(text.trim_start_matches('\u{feff}').to_owned()),
    };
    if !text.contains('\r') {
        return Ok(text);
    }
    Ok(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")))
}

fn wide_text(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("it is UTF-16 text that is cut off: a letter has two bytes, the last one one"
            .to_owned());
    }
    let letters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    letters.collect::<Result<_, _>>().map_err(|_| "it is not UTF-16 text".to_owned())
}

fn not_text(bytes: &[u8], place: usize) -> String {
    let (before, behind) = bytes.split_at(place);
    // Lines end as in the text: also by `\r` alone.
    let ends = before.iter().enumerate().filter(|(at, byte)| {
        **byte == b'\n' || **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')
    });
    let line = 1 + ends.count();
    let begin =
        before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    let column = 1 + String::from_utf8_lossy(&before[begin..]).chars().count();
    let byte = behind.first().copied().unwrap_or_default();
    format!(
        "line {line}, letter {column}: it is neither UTF-8 nor UTF-16 text (byte {byte:02X}), perhaps Windows-1252: \
         save it as \"CSV UTF-8\""
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_in_every_encoding() {
        let text = "Día;Ad ID\n1;\u{1f600}\n";
        let (little, big) =
            (u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes as fn(u16) -> [u8; 2]);
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for line_end in ["\n", "\r\n", "\r"] {
            let written = text.replace('\n', line_end);
            let marked = format!("\u{feff}{written}");
            for bytes in [
                written.clone().into_bytes(),
                marked.clone().into_bytes(),
                format!("\u{feff}{marked}").into_bytes(),
                wide(&marked, little),
                wide(&marked, big),
                wide(&written, little),
                wide(&written, big),
            ] {
                assert_eq!(decoded(&bytes).unwrap(), text, "{bytes:?}");
            }
        }
        assert_eq!(decoded(b"").unwrap(), "");
        assert!(matches!(decoded("a\n".as_bytes()), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn what_is_no_text_is_told_by_its_place() {
        let told = decoded(b"Day;Ad\r\nx;D\xeda\r\n").unwrap_err();
        assert!(
            told.starts_with("line 2, letter 4: it is neither UTF-8 nor UTF-16 text (byte ED)"),
            "{told}"
        );
        assert!(decoded(b"a\rb\r\xe9").unwrap_err().starts_with("line 3, letter 1:"));
        assert!(decoded(&[0xff, 0xfe, b'a', 0, b'b']).unwrap_err().contains("cut off"));
        assert!(decoded(&[0xff, 0xfe, 0, 0xd8]).is_err());
    }
}
