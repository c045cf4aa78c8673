//! Statements that are put together of several files, where ClickHouse takes no parameter.

/// The statement, each `<<name>>` in it replaced by the piece of that name.
///
/// # Panics
/// If the statement names a piece that is not given, or not one that is: every statement is assembled by a test.
pub(in crate::store) fn assemble(statement: &str, pieces: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(statement.len());
    let mut used = vec![false; pieces.len()];
    let mut rest = statement;
    while let Some((before, behind)) = rest.split_once("<<") {
        let (name, behind) = behind.split_once(">>").unwrap_or((behind, ""));
        let place = pieces.iter().position(|(piece, _)| *piece == name);
        assert!(place.is_some(), "no piece {name} is given for: {statement}");
        text.push_str(before);
        if let Some(place) = place {
            text.push_str(pieces[place].1);
            used[place] = true;
        }
        rest = behind;
    }
    text.push_str(rest);
    for ((name, _), used) in pieces.iter().zip(used) {
        assert!(used, "the piece {name} has no place in: {statement}");
    }
    text
}

/// A piece without the lines that explain it: where it stands more than once, or behind it come rows.
pub(in crate::store) fn without_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_in_their_places() {
        let text =
            assemble("<<what>>, <<what>> of <<table>>", &[("table", "t <<b>>"), ("what", "a")]);
        assert_eq!(text, "a, a of t <<b>>");
    }

    #[test]
    #[should_panic(expected = "no piece b is given")]
    fn a_piece_that_is_missing_is_told() {
        assemble("<<a>> <<b>>", &[("a", "1")]);
    }

    #[test]
    #[should_panic(expected = "the piece b has no place")]
    fn a_piece_that_is_left_over_is_told() {
        assemble("<<a>>", &[("a", "1"), ("b", "2")]);
    }
}
