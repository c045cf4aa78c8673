//! Lists as parameters of a question. They travel in its address, and ClickHouse refuses a field of more
//! than 128 KB (`http_max_field_value_size`): long lists go in parts.

/// Bytes of one list at most, as [`weight`] has them.
const MOST_BYTES: usize = 100_000;
/// What a byte that is neither letter nor digit may become: escaped twice, each of it as `%5C`.
const ESCAPED: usize = 12;

/// The list in parts, each small enough for one question.
pub(in crate::store) fn in_parts<T: AsRef<str>>(items: &[T]) -> Vec<&[T]> {
    in_parts_by(items, |item| weight(item.as_ref()))
}

/// The list in parts; `weigh` gives the [`weight`] of an item.
pub(in crate::store) fn in_parts_by<T>(items: &[T], weigh: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut parts = Vec::new();
    let (mut begin, mut bytes) = (0, 0);
    for (place, item) in items.iter().enumerate() {
        let weight = weigh(item);
        if bytes + weight > MOST_BYTES && place > begin {
            parts.push(&items[begin..place]);
            (begin, bytes) = (place, 0);
        }
        bytes += weight;
    }
    if begin < items.len() {
        parts.push(&items[begin..]);
    }
    parts
}

/// Bytes of a text in an address at most, its quotes and comma with it.
pub(in crate::store) fn weight(text: &str) -> usize {
    let plain = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    3 * 3 + plain + (text.len() - plain) * ESCAPED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_everything_once_and_stay_small() {
        let items: Vec<String> = (0..2000).map(|n| "\\".repeat(n % 190)).collect();
        let parts = in_parts(&items);
        assert_eq!(parts.concat(), items);
        let heaviest = parts.iter().map(|part| part.iter().map(|item| weight(item)).sum::<usize>());
        assert!(heaviest.max().unwrap() <= MOST_BYTES);
        assert!(in_parts(&[] as &[String]).is_empty());
        // One that is too large alone is alone.
        let large = ["a".to_owned(), "b".repeat(MOST_BYTES), "c".to_owned()];
        assert_eq!(in_parts(&large).len(), 3);
    }
}
