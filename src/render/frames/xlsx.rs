//! A frame as a spreadsheet: texts stay texts (ids are longer than a number holds, and nothing is taken
//! for a formula), numbers numbers, and times are those of a zone, which such files cannot name: the
//! head of their column does.

use jiff::tz::TimeZone;
use polars_core::frame::DataFrame;
use polars_core::prelude::{AnyValue, Column, DataType};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// Rows that a sheet has, with its head.
const MOST_ROWS: u32 = 1_048_576;
/// Letters that a cell has.
const MOST_LETTERS: usize = 32_767;

/// A sheet that is being filled.
pub(crate) struct Sheet {
    workbook: Workbook,
    zone: TimeZone,
    next_row: u32,
    day: Format,
    instant: Format,
}

impl Sheet {
    /// With the names of the frame's columns as its head.
    pub(crate) fn new(frame: &DataFrame, zone: &TimeZone) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        // The same rows are the same bytes, whenever they are written.
        let epoch = ExcelDateTime::from_ymd(2004, 2, 4)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        let bold = Format::new().set_bold();
        let zone_name = zone.iana_name().unwrap_or("UTC");
        for (place, column) in (0_u16..).zip(frame.columns()) {
            let name = match column.dtype() {
                DataType::Datetime(..) => format!("{} ({zone_name})", column.name()),
                _ => column.name().to_string(),
            };
            let letters = u32::try_from(name.chars().count()).unwrap_or(10);
            let width = match column.dtype() {
                DataType::Datetime(..) => letters.max(24),
                DataType::String => letters.max(18),
                _ => letters.max(10),
            };
            sheet.set_column_width(place, width + 2)?;
            sheet.write_string_with_format(0, place, name, &bold)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self {
            workbook,
            zone: zone.clone(),
            next_row: 1,
            day: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
        })
    }

    /// Adds the frame's rows.
    pub(crate) fn add(&mut self, frame: &DataFrame) -> Result<(), XlsxError> {
        let height = u32::try_from(frame.height()).unwrap_or(u32::MAX);
        if self.next_row.saturating_add(height) > MOST_ROWS {
            let text = format!(
                "a spreadsheet has {MOST_ROWS} rows and these are more: take CSV or Parquet, or a \
                 shorter range"
            );
            return Err(XlsxError::ParameterError(text));
        }
        let Self { workbook, zone, next_row, day, instant } = self;
        let sheet = workbook.worksheet_from_index(0)?;
        for row in 0..frame.height() {
            for (place, column) in (0_u16..).zip(frame.columns()) {
                write(sheet, (*next_row, place), column, row, zone, [day, instant])?;
            }
            *next_row += 1;
        }
        Ok(())
    }

    /// The file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }
}

/// A text that a cell can hold; where it is cut, a mark says so. Letters are counted as UTF-16 has them.
fn shortened(text: &str) -> String {
    if text.encode_utf16().count() <= MOST_LETTERS {
        return text.to_owned();
    }
    let mut left = MOST_LETTERS - 1;
    let fits = |letter: &char| {
        left = left.saturating_sub(letter.len_utf16());
        left > 0
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn write(
    sheet: &mut Worksheet,
    (at, place): (u32, u16),
    column: &Column,
    row: usize,
    zone: &TimeZone,
    [day, instant]: [&Format; 2],
) -> Result<(), XlsxError> {
    let text = |sheet: &mut Worksheet, text: &str| {
        sheet.write_string(at, place, shortened(text)).map(|_| ())
    };
    match column.get(row) {
        Err(_) | Ok(AnyValue::Null) => Ok(()),
        Ok(AnyValue::String(value)) => text(sheet, value),
        Ok(AnyValue::StringOwned(value)) => text(sheet, &value),
        Ok(AnyValue::Boolean(value)) => sheet.write_boolean(at, place, value).map(|_| ()),
        Ok(AnyValue::Float64(value)) if value.is_finite() => {
            sheet.write_number(at, place, value).map(|_| ())
        }
        Ok(AnyValue::UInt64(value)) => sheet.write_number(at, place, value as f64).map(|_| ()),
        Ok(AnyValue::Int64(value)) => sheet.write_number(at, place, value as f64).map(|_| ()),
        Ok(AnyValue::UInt32(value)) => sheet.write_number(at, place, value).map(|_| ()),
        Ok(AnyValue::Date(days)) => {
            // Days since 1899-12-30, as these files count them.
            let serial = f64::from(days) + 25_569.0;
            sheet.write_number_with_format(at, place, serial, day).map(|_| ())
        }
        Ok(AnyValue::Datetime(millis, ..) | AnyValue::DatetimeOwned(millis, ..)) => {
            let offset = jiff::Timestamp::from_millisecond(millis)
                .map_or(0, |instant| i64::from(zone.to_offset(instant).seconds()) * 1000);
            let serial = (millis + offset) as f64 / 86_400_000.0 + 25_569.0;
            sheet.write_number_with_format(at, place, serial, instant).map(|_| ())
        }
        Ok(other) => text(sheet, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::render::frames::columns::Columns;

    #[test]
    fn texts_stay_texts_and_times_are_those_of_the_zone() {
        let ids = ["10485760000000012345", "=1+1"];
        let frame = Columns::of(&ids)
            .text("person_id", |id| *id)
            .number("value", |_| 2.5)
            .date("day", |_| "2026-11-20")
            .instant("at", |_| 1_795_168_800_000)
            .done();
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let mut sheet = Sheet::new(&frame, &zone).unwrap();
        sheet.add(&frame).unwrap();
        let bytes = sheet.finish().unwrap();
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let cell = |row, place| range.get((row, place)).unwrap().clone();
        assert_eq!(cell(0, 3), Data::String("at (Europe/Paris)".to_owned()));
        assert_eq!(cell(1, 0), Data::String(ids[0].to_owned()));
        assert_eq!(cell(2, 0), Data::String(ids[1].to_owned()));
        assert_eq!(cell(1, 1), Data::Float(2.5));
        let Data::DateTime(at) = cell(1, 3) else { panic!("{:?}", cell(1, 3)) };
        assert_eq!(at.to_ymd_hms_milli(), (2026, 11, 20, 11, 0, 0, 0));
        let Data::DateTime(day) = cell(1, 2) else { panic!("{:?}", cell(1, 2)) };
        assert_eq!(day.to_ymd_hms_milli(), (2026, 11, 20, 0, 0, 0, 0));
    }
}
