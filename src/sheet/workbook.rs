//! XLSX.

use std::io::Cursor;

use anyhow::{Context, bail};
use calamine::{Data, Reader, Xlsx};

use super::{Cell, Rows, Sheet};

/// The sheet that has a header; the first if none has.
pub(super) fn read(bytes: &[u8], is_header: &impl Fn(&[String]) -> bool) -> anyhow::Result<Sheet> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .context("it is no spreadsheet that can be read")?;
    let (mut first, mut found) = (None, None::<Sheet>);
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).with_context(|| format!("sheet {name:?}"))?;
        let above = u64::from(range.start().map_or(0, |(row, _)| row));
        let rows = range.rows().zip(above + 1..);
        let rows: Rows = rows.map(|(cells, row)| (row, cells.iter().map(cell).collect())).collect();
        let sheet = Sheet::below_header(format!("sheet {name:?}, row"), rows, is_header);
        match sheet {
            Ok(sheet) if is_header(&sheet.header) && !sheet.rows.is_empty() => {
                if let Some(other) = found {
                    bail!("{} and {}: of two such sheets which? Keep one", other.unit, sheet.unit);
                }
                found = Some(sheet);
            }
            sheet => drop(first.get_or_insert(sheet)),
        }
    }
    if let Some(found) = found {
        return Ok(found);
    }
    first.unwrap_or_else(|| bail!("it has no sheet"))
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Int(number) => Cell::Plain(number.to_string()),
        // A float holds no more digits: an id of 18 is another one by now.
        Data::Float(number) if number.abs() >= 9e15 => Cell::Rounded(format!("{number:e}")),
        Data::Float(number) => Cell::Plain(number.to_string()),
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let whole_day = format!("{year:04}-{month:02}-{day:02}");
            Cell::Plain(match (hour, minute, second) {
                (0, 0, 0) => whole_day,
                _ => format!("{whole_day}T{hour:02}:{minute:02}:{second:02}"),
            })
        }
        Data::DateTimeIso(time) => Cell::Plain(time.clone()),
        other => Cell::Text(other.to_string()),
    }
}
