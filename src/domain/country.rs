//! Where a person on WhatsApp is from: by the prefix of their number or of their business-scoped user id.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::Channel;

/// ISO 3166-1 codes and their calling codes (ITU-T E.164), with the area codes by which countries that share one are told
/// apart: facts from libphonenumber's metadata 9.0.43. Where that has a number for two, it is the smaller one's (Western
/// Sahara, Isle of Man); Kazakhstan has 76 as well, of which nothing is given out.
const CALLING_CODES: &str = include_str!("calling_codes.tsv");

/// Countries by calling code.
static BY_PREFIX: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    let lines = CALLING_CODES.lines().filter_map(|line| line.split_once('\t'));
    lines.flat_map(|(country, codes)| codes.split(' ').map(move |code| (code, country))).collect()
});

/// Countries by their code.
static BY_NAME: LazyLock<FxHashMap<&str, &str>> =
    LazyLock::new(|| BY_PREFIX.values().map(|country| (*country, *country)).collect());

/// Digits of the longest calling code with an area's.
const LONGEST: usize = 8;

/// The ISO 3166-1 code of the country of a person's number (`33612345678`) or id (`FR.1234`); empty if it tells none, as
/// ids of Messenger and Instagram do.
#[must_use]
pub fn country(channel: &str, person: &str) -> &'static str {
    if channel != Channel::WhatsApp.as_str() {
        return "";
    }
    if let Some((country, _)) = person.split_once('.') {
        return BY_NAME.get(country).copied().unwrap_or_default();
    }
    let digits = person.bytes().take_while(u8::is_ascii_digit).count();
    if digits < person.len() {
        return "";
    }
    let mut prefixes = (1..=LONGEST.min(digits)).rev();
    prefixes.find_map(|end| BY_PREFIX.get(&person[..end])).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        for (person, expected) in [
            ("33612345678", "FR"),
            ("FR.1234567890", "FR"),
            ("5588980000001", "BR"),
            ("12125550123", "US"),
            ("14165550123", "CA"),
            ("18095550123", "DO"),
            ("18765550123", "JM"),
            ("79161234567", "RU"),
            ("77011234567", "KZ"),
            ("447911123456", "GG"),
            ("447911712345", "GG"),
            ("447911012345", "GB"),
            ("447839123456", "GG"),
            ("441481256789", "GG"),
            ("447457612345", "IM"),
            ("447457012345", "GB"),
            ("447924123456", "IM"),
            ("441624756789", "IM"),
            ("447700312345", "JE"),
            ("447700912345", "GB"),
            ("447937123456", "JE"),
            ("76012345678", "KZ"),
            ("61891641234", "CX"),
            ("61891621234", "CC"),
            ("61891501234", "AU"),
            ("212528812345", "EH"),
            ("212528512345", "MA"),
            ("590590271234", "BL"),
            ("590590511234", "BL"),
            ("590590871234", "BL"),
            ("590590291234", "BL"),
            ("590590301234", "MF"),
            ("590590201234", "GP"),
            ("16004012345", "CA"),
            ("447400123456", "GB"),
            ("393471234567", "IT"),
            ("390669812345", "VA"),
            ("262692123456", "RE"),
            ("262639012345", "YT"),
            // A checkbox's reference, a lead, a prefix of nobody.
            ("user_ref:1", ""),
            ("lead:33612345678", ""),
            ("2101234567", ""),
            ("ZZ.1234", ""),
            ("", ""),
        ] {
            assert_eq!(country("whatsapp", person), expected, "{person}");
        }
        assert_eq!(country("messenger", "33612345678"), "");
    }
}
