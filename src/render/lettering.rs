//! Names in drawings: anybody may have written them, in any alphabet and of any length. A name from right to left
//! stays where it stands, and what is too long for its place ends with an ellipsis.

/// Puts what follows in its own direction, whichever that is, until [`POP`] (UAX #9, FSI and PDI).
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';
/// Letters of a name that is read out.
const READ_OUT: f64 = 80.0;

/// A name, within a longer text: its own marks of direction are left out, and if it is written from right to left
/// the rest of the text is not.
pub(crate) fn isolated(name: &str) -> String {
    let plain: String = name.chars().filter(|letter| !is_mark_of_direction(*letter)).collect();
    if plain.chars().any(is_from_right) { format!("{ISOLATE}{plain}{POP}") } else { plain }
}

/// A name to be read out: isolated, and not for minutes.
pub(crate) fn told(name: &str) -> String {
    let plain = name.chars().filter(|letter| !is_mark_of_direction(*letter));
    isolated(&cut(plain, READ_OUT, |_| 1.0))
}

/// A text that is no wider than `room` in letters of `size`. The widths are those of a common sans-serif, and
/// rather too large than too small.
pub(crate) fn fitting(text: &str, room: f64, size: f64) -> String {
    cut(text.chars(), room / size, width)
}

/// How wide it is in letters of `size`.
pub(crate) fn width_of(text: &str, size: f64) -> f64 {
    text.chars().map(width).sum::<f64>() * size
}

/// The whole text, or as many of its letters as there is room for with an ellipsis behind them. An isolate that is
/// cut open is closed.
fn cut(letters: impl Iterator<Item = char> + Clone, room: f64, width: fn(char) -> f64) -> String {
    let mut left = room;
    let fits = letters.clone().all(|letter| {
        left -= width(letter);
        left >= 0.0
    });
    if fits {
        return letters.collect();
    }
    let mut left = room - width('…');
    let mut open = 0_usize;
    let mut short = String::new();
    for letter in letters {
        left -= width(letter);
        if left < 0.0 {
            break;
        }
        open = match letter {
            ISOLATE => open + 1,
            POP => open.saturating_sub(1),
            _ => open,
        };
        short.push(letter);
    }
    short.push('…');
    short.extend(std::iter::repeat_n(POP, open));
    short
}

/// Explicit embeddings, overrides and isolates: one that is not closed reorders what stands behind it.
fn is_mark_of_direction(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a letter, or a mark, is of an alphabet from right to left.
fn is_from_right(letter: char) -> bool {
    matches!(
        letter,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

/// How wide a letter is beside its size. What stands on another letter takes a little too, so that there is an end
/// of it.
fn width(letter: char) -> f64 {
    match letter {
        ISOLATE | POP => 0.0,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | ' ' => 0.34,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '{' | '}' | '-' | '"' | '/' | '·' => 0.44,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 1.0,
        'A'..='Z' | '&' => 0.72,
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}'
        | '\u{64b}'..='\u{65f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe2f}' => 0.15,
        ..'\u{250}' => 0.62,
        '\u{370}'..='\u{8ff}' => 0.72,
        _ => 1.1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_name_is_cut_by_its_width() {
        assert_eq!(fitting("DE > Retargeting", 230.0, 13.0), "DE > Retargeting");
        let narrow = fitting(&"i".repeat(100), 100.0, 10.0).chars().count();
        let wide = fitting(&"W".repeat(100), 100.0, 10.0).chars().count();
        assert!(narrow > 2 * wide, "{narrow} {wide}");
        assert_eq!(fitting("", 10.0, 13.0), "");
        assert_eq!(fitting("abc", 0.0, 13.0), "…");
    }

    #[test]
    fn a_name_from_right_to_left_stays_in_its_place() {
        assert_eq!(isolated("DE > Retargeting"), "DE > Retargeting");
        assert_eq!(isolated("מבצע"), "\u{2068}מבצע\u{2069}");
        // An override that is not closed would turn all that follows.
        assert_eq!(isolated("a\u{202e}b\u{2066}c"), "abc");
        let long = told(&"מ".repeat(1000));
        assert_eq!((long.chars().next(), long.chars().next_back()), (Some(ISOLATE), Some(POP)));
        // One that is cut open ends where the text ends.
        let cut = fitting(&isolated(&"מ".repeat(1000)), 100.0, 13.0);
        assert!(cut.ends_with("…\u{2069}"), "{cut}");
    }

    proptest! {
        #[test]
        fn whatever_is_cut_fits_and_is_balanced(name in any::<String>(), room in 0.0..500.0) {
            let cut = fitting(&isolated(&name), room, 13.0);
            prop_assert!(cut == "…" || width_of(&cut, 13.0) <= room + 1e-6);
            let open = cut.chars().filter(|letter| *letter == ISOLATE).count();
            prop_assert_eq!(open, cut.chars().filter(|letter| *letter == POP).count());
            prop_assert!(told(&name).chars().count() <= 82);
        }
    }
}
