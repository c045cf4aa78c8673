//! A file as rows of cells: CSV with any usual separator, XLSX, or JSON.

mod json;
mod text;
mod workbook;

use anyhow::bail;

use crate::domain::decoded;

pub use json::{Items, items};

/// Rows before which the header is looked for: reports may begin with a title.
const PREAMBLE: usize = 15;
/// How files of Excel began before 2007.
const OLD_EXCEL: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A text, which may be that of a number.
    Text(String),
    /// A number or a date of a spreadsheet or of JSON, as a plain text.
    Plain(String),
    /// A number of a spreadsheet that has lost digits.
    Rounded(String),
}

impl Cell {
    /// What it holds, without blanks around it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Plain(text) | Self::Rounded(text) => text.trim(),
        }
    }
}

/// Rows with the line of the file (or the row of the sheet) that each stands in.
type Rows = Vec<(u64, Vec<Cell>)>;

/// A table with its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What rows are counted by: `line` of a text, `item` of a JSON list, `row` of a spreadsheet with the
    /// sheet's name.
    pub unit: String,
    /// Whether it was JSON.
    pub is_json: bool,
    /// What stands between cells, if it is CSV.
    pub separator: Option<u8>,
    /// Names of the columns.
    pub header: Vec<String>,
    /// Place and cells of each row that is not empty.
    pub rows: Rows,
}

/// Reads a file; `is_header` tells the header among the first rows.
///
/// # Errors
/// If it is no table, or holds no header at all.
pub fn read(bytes: &[u8], is_header: impl Fn(&[String]) -> bool) -> anyhow::Result<Sheet> {
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook::read(bytes, &is_header);
    }
    if bytes.starts_with(&OLD_EXCEL) {
        bail!("this is an old Excel file (.xls): save it as .xlsx or .csv");
    }
    let text = decoded(bytes).map_err(anyhow::Error::msg)?;
    if json::is_json(&text) { json::sheet(&text) } else { text::read(&text, &is_header) }
}

/// The text of a file that is JSON, whatever its encoding; `None` if it is something else.
///
/// # Errors
/// If it is a text in an encoding that is not read.
pub fn json_text(bytes: &[u8]) -> anyhow::Result<Option<String>> {
    if is_workbook(bytes) {
        return Ok(None);
    }
    let text = decoded(bytes).map_err(anyhow::Error::msg)?;
    Ok(Some(text.into_owned()).filter(|text| json::is_json(text)))
}

/// Excel's, of today or of before 2007.
fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&OLD_EXCEL)
}

impl Sheet {
    fn below_header(
        unit: String,
        mut rows: Rows,
        is_header: &impl Fn(&[String]) -> bool,
    ) -> anyhow::Result<Self> {
        let texts = |cells: &[Cell]| cells.iter().map(|cell| cell.text().to_owned()).collect();
        let found = rows.iter().take(PREAMBLE).position(|(_, cells)| {
            let header: Vec<String> = texts(cells);
            is_header(&header)
        });
        let at = found.unwrap_or(0);
        let Some((_, header)) = rows.get(at) else { bail!("it is empty") };
        let header: Vec<String> = texts(header);
        let mut rows = rows.split_off(at + 1);
        rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.text().is_empty()));
        Ok(Self { unit, is_json: false, separator: None, header, rows })
    }

    /// The cells of a row if there is one a column; empty ones behind the last column are no harm.
    ///
    /// # Errors
    /// If cells are missing or too many, or if a cell has swallowed lines because a quotation mark is not
    /// closed.
    pub fn checked<'a>(&self, cells: &'a [Cell]) -> Result<&'a [Cell], String> {
        if let Some(separator) = self.separator {
            // Line breaks are rare in cells, and those with separators are other rows.
            let swallowed = |cell: &Cell| {
                let text = cell.text();
                let has_row = text.bytes().any(|byte| byte == separator);
                if has_row { text.matches('\n').count() } else { 0 }
            };
            let lines: usize = cells.iter().map(swallowed).sum();
            if lines > 0 {
                return Err(format!(
                    "a quotation mark is opened in it and not closed: {lines} lines behind it are not read"
                ));
            }
        }
        let columns = self.header.len();
        let (own, behind) = cells.split_at(columns.min(cells.len()));
        if own.len() < columns || behind.iter().any(|cell| !cell.text().is_empty()) {
            return Err(format!("it has {} cells, the header {columns}", cells.len()));
        }
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        read(text.as_bytes(), |header| header.first().is_some_and(|name| name == "id")).unwrap()
    }

    #[test]
    fn rows_are_told_by_their_lines_and_checked_by_their_cells() {
        let sheet = sheet("Report\n\nid;name\n1;a\n2\n3;b;c\n4;d;\n5;\"e\n6;f\n7;g\n");
        assert_eq!((sheet.separator, sheet.header.len()), (Some(b';'), 2));
        let found: Vec<(u64, Result<usize, String>)> = sheet
            .rows
            .iter()
            .map(|(line, cells)| (*line, sheet.checked(cells).map(<[Cell]>::len)))
            .collect();
        let cells = |n: usize| Err(format!("it has {n} cells, the header 2"));
        let quote =
            "a quotation mark is opened in it and not closed: 2 lines behind it are not read";
        let quote = Err(quote.to_owned());
        assert_eq!(found, [(4, Ok(2)), (5, cells(1)), (6, cells(3)), (7, Ok(2)), (8, quote)]);
        // Half of a row, and the rest of another.
        let sheet = self::sheet("id,name,a,b\n1,\"Big,10,100\n2,\"Other\",20,200\n");
        assert!(sheet.checked(&sheet.rows[0].1).unwrap_err().contains("1 lines behind it"));
        // Blank lines count.
        let sheet = self::sheet("id;name\n\n\n1;a\n");
        assert_eq!(sheet.rows[0].0, 4);
        // A line break of its own is no harm.
        let sheet = self::sheet("id;name\n1;\"two\nlines\"\n");
        assert!(sheet.checked(&sheet.rows[0].1).is_ok());
    }

    #[test]
    fn json_is_read_in_lines_in_a_list_and_as_an_answer() {
        let one = sheet("{\n  \"id\": 1,\n  \"name\": \"a\"\n}\n");
        assert_eq!((one.header.len(), one.rows.len()), (2, 1));
        for text in [
            "{\"id\":1,\"name\":\"a\"}\n\n{\"id\":2}\n",
            "[{\"id\":1,\"name\":\"a\"},{\"id\":2}]",
            "{\"data\":[{\"id\":1,\"name\":\"a\"},{\"id\":2}],\"paging\":{}}",
        ] {
            let sheet = sheet(text);
            assert_eq!(sheet.header, ["id", "name"]);
            let texts: Vec<Vec<&str>> = sheet
                .rows
                .iter()
                .map(|(_, cells)| cells.iter().map(Cell::text).collect())
                .collect();
            assert_eq!(texts, [["1", "a"], ["2", ""]]);
        }
        let error = read(b"[{\"id\":1}", |_| true).unwrap_err();
        assert!(error.to_string().starts_with("not JSON: "), "{error}");
        let error = read(b"{\"id\":1}\n7\n", |_| true).unwrap_err();
        assert_eq!(error.to_string(), "line 2: it is no object");
    }
}
