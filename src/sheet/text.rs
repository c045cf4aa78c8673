//! CSV.

use csv::ReaderBuilder;

use super::{Cell, Rows, Sheet};

pub(super) fn read(text: &str, is_header: &impl Fn(&[String]) -> bool) -> anyhow::Result<Sheet> {
    let said = said_separator(text);
    let separator = said.unwrap_or_else(|| separator(text));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record?;
        // Where a record begins is told before the blank lines above it.
        let line = record.position().map_or(0, |position| {
            let begin = usize::try_from(position.byte()).unwrap_or(0);
            let blank = text.as_bytes()[begin.min(text.len())..].iter();
            position.line() + blank.take_while(|byte| **byte == b'\n').count() as u64
        });
        rows.push((line, record.iter().map(|cell| Cell::Text(as_shown(cell))).collect()));
    }
    if said.is_some() {
        rows.remove(0);
    }
    let sheet = Sheet::below_header("line".to_owned(), rows, is_header)?;
    Ok(Sheet { separator: Some(separator), ..sheet })
}

/// What Excel shows of a cell: `="0123"` is how a file has it show digits as they are, also more than a number has.
fn as_shown(cell: &str) -> String {
    let formula = cell.trim().strip_prefix('=').map(str::trim_start);
    let text = formula.and_then(|it| it.strip_prefix('"')).and_then(|it| it.strip_suffix('"'));
    let is_one = |text: &&str| !text.replace("\"\"", "").contains('"');
    text.filter(is_one).map_or_else(|| cell.to_owned(), |text| text.replace("\"\"", "\""))
}

/// `sep=;` as the first line, which tells Excel.
fn said_separator(text: &str) -> Option<u8> {
    let said = text.lines().next()?.trim_matches('"').strip_prefix("sep=")?;
    let [separator] = said.as_bytes() else { return None };
    separator.is_ascii().then_some(*separator)
}

/// The separator that most of the first lines have equally often, outside of quotation marks: a title may stand above, and
/// decimals and names may have others.
fn separator(text: &str) -> u8 {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(super::PREAMBLE);
    let lines: Vec<String> = lines.map(|line| line.split('"').step_by(2).collect()).collect();
    let cells = |separator: u8| {
        let of_line = |line: &String| line.bytes().filter(|byte| *byte == separator).count();
        let counts: Vec<usize> = lines.iter().map(of_line).collect();
        let with = |count: usize| counts.iter().filter(|other| **other == count).count();
        counts.iter().map(|count| count * with(*count)).max().unwrap_or(0)
    };
    // Of equals the last wins: a comma.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|separator| cells(*separator)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::as_shown;

    #[test]
    fn a_formula_that_is_a_text_is_the_text() {
        for (cell, shown) in [
            ("=\"120211000000000001\"", "120211000000000001"),
            (" = \"0012\" ", "0012"),
            ("=\"say \"\"hi\"\"\"", "say \"hi\""),
            ("=\"\"", ""),
            // Others are not reckoned.
            ("=\"1\"&\"2\"", "=\"1\"&\"2\""),
            ("=1+1", "=1+1"),
            ("=\"", "=\""),
            ("\"1\"", "\"1\""),
            ("plain", "plain"),
        ] {
            assert_eq!(as_shown(cell), shown, "{cell}");
        }
    }
}
