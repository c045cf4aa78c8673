//! The names of users: which there can be, and when two are the same. Wherever names are compared or counted it is
//! by their [`key`].

use super::Refusal;

/// Letters of the longest.
const LONGEST: usize = 64;

/// Whether a user or a token can be called so. Names are ASCII: no two that differ look alike but for their case.
pub(super) fn check(name: &str) -> Result<(), Refusal> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
    // As parts of an address these two lead elsewhere.
    let is_path = matches!(name, "." | "..");
    if is_path || name.is_empty() || name.len() > LONGEST || !name.bytes().all(is_plain) {
        return Err(Refusal::Name);
    }
    Ok(())
}

/// What two ways to write a user's name have in common: providers and people write letters large or small as they
/// like, and copy blanks along. `None`: no user can be called so. Other alphabets are not folded into ASCII: who is
/// called K (the sign for kelvin) at a provider is not k.
pub(super) fn key(typed: &str) -> Option<String> {
    let name = typed.trim();
    check(name).is_ok().then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_typed() {
        for typed in ["anna", "Anna", "aNNa", " anna", "ANNA\u{a0}", "\tanna\n"] {
            assert_eq!(key(typed).as_deref(), Some("anna"), "{typed:?}");
        }
        // Fullwidth letters, the kelvin sign, a dotless i, a lone mark: none is folded into somebody else's name.
        for other in
            ["ａｎｎａ", "\u{212a}arl", "an\u{131}ta", "anna\u{301}", "", " ", "..", "an na", "a\0"]
        {
            assert_eq!(key(other), None, "{other:?}");
        }
        assert_eq!(key(&"a".repeat(LONGEST)).map(|key| key.len()), Some(LONGEST));
        assert_eq!(key(&"a".repeat(LONGEST + 1)), None);
    }

    proptest! {
        #[test]
        fn whoever_is_found_by_a_name_has_its_key(one in "[ A-Ca-c.]{0,3}", other in "\\PC{0,3}") {
            let are_same = one.trim().eq_ignore_ascii_case(other.trim());
            if let (Some(one), Some(other)) = (key(&one), key(&other)) {
                prop_assert_eq!(one == other, are_same);
            }
        }
    }
}
