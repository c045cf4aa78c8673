//! Frames as bytes, as they come: CSV, XLSX, Parquet, or an Arrow stream.

use std::io::{self, Write};

use polars_arrow::io::ipc::write::{StreamWriter, WriteOptions};
use polars_core::error::{PolarsError, PolarsResult};
use polars_core::frame::DataFrame;
use polars_core::prelude::{CompatLevel, SchemaExt};
use polars_io::parquet::write::{BatchedWriter, KeyValueMetadata, ParquetWriter};
use polars_parquet::write::schema_to_metadata_key;

use super::csv;
use super::xlsx::Sheet;
use crate::insights::csv_style::CsvStyle;
use crate::insights::format::Format;

/// Writes frames of the same columns one behind the other.
pub struct Encoder<W: Write>(Form<W>);

enum Form<W: Write> {
    Csv(W, CsvStyle),
    Xlsx(W, Box<Sheet>),
    Parquet(Box<BatchedWriter<W>>),
    Arrow(StreamWriter<W>),
}

/// As strings are read by every version of Arrow, not only by those that know views.
const STRINGS: CompatLevel = CompatLevel::oldest();

impl<W: Write> Encoder<W> {
    /// Begins with the columns of `frame`, without its rows.
    ///
    /// # Errors
    /// If there is no such form of a frame, or it cannot be written.
    pub fn new(
        format: Format,
        style: &CsvStyle,
        frame: &DataFrame,
        mut into: W,
    ) -> PolarsResult<Self> {
        Ok(Self(match format {
            Format::Csv => {
                into.write_all(&csv::header(frame, style))?;
                Form::Csv(into, style.clone())
            }
            Format::Xlsx => {
                let sheet = Sheet::new(frame, &style.zone).map_err(io::Error::other)?;
                Form::Xlsx(into, Box::new(sheet))
            }
            Format::Parquet => {
                let key = schema_to_metadata_key(&frame.schema().to_arrow(STRINGS));
                let types =
                    KeyValueMetadata::from_static(vec![(key.key, key.value.unwrap_or_default())]);
                let writer = ParquetWriter::new(into).with_key_value_metadata(Some(types));
                Form::Parquet(Box::new(writer.batched(frame.schema())?))
            }
            Format::Arrow => {
                let mut stream = StreamWriter::new(into, WriteOptions { compression: None });
                stream.start(&frame.schema().to_arrow(STRINGS), None)?;
                Form::Arrow(stream)
            }
            Format::Table | Format::Json | Format::Svg | Format::Png => {
                let text = "rows have no such form".into();
                return Err(PolarsError::InvalidOperation(text));
            }
        }))
    }

    /// Writes the rows of `frame`.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        if frame.height() == 0 {
            return Ok(());
        }
        match &mut self.0 {
            Form::Csv(into, style) => into.write_all(&csv::rows(frame, style))?,
            Form::Xlsx(_, sheet) => sheet.add(frame).map_err(io::Error::other)?,
            Form::Parquet(parquet) => parquet.write_batch(frame)?,
            Form::Arrow(stream) => {
                let mut frame = frame.clone();
                frame.rechunk_mut_par();
                for batch in frame.iter_chunks(STRINGS, true) {
                    stream.write(&batch, None)?;
                }
            }
        }
        Ok(())
    }

    /// Writes what stands at the end.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> PolarsResult<()> {
        match self.0 {
            Form::Csv(mut into, _) => into.flush()?,
            Form::Xlsx(mut into, sheet) => {
                into.write_all(&sheet.finish().map_err(io::Error::other)?)?;
                into.flush()?;
            }
            Form::Parquet(parquet) => {
                parquet.finish()?;
            }
            Form::Arrow(mut stream) => stream.finish()?,
        }
        Ok(())
    }
}

/// A whole frame as bytes.
///
/// # Errors
/// If there is no such form of a frame, or a column is of a type that the form has not.
pub fn encoded(format: Format, style: &CsvStyle, frame: &DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(format, style, frame, &mut bytes)?;
    encoder.write(frame)?;
    encoder.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use polars_io::SerReader;
    use polars_io::ipc::IpcStreamReader;
    use polars_io::parquet::read::ParquetReader;

    use super::*;
    use crate::render::frames::columns::Columns;

    struct Row(&'static str, Option<f64>, u64);

    const ROWS: [Row; 3] = [
        Row("=HYPERLINK(\"x\")", Some(0.5), 1_795_168_800_000),
        Row("a,b", None, 0),
        Row("", None, 7),
    ];

    fn frame() -> DataFrame {
        Columns::of(&ROWS)
            .text("channel", |row| row.0)
            .number("value", |row| row.1)
            .count("count", |row| row.2)
            .flag("is_large", |row| row.2 > 7)
            .date("day", |_| "2026-11-20")
            .instant("at", |row| row.2.cast_signed())
            .done()
    }

    fn csv(style: &CsvStyle) -> String {
        String::from_utf8(encoded(Format::Csv, style, &frame()).unwrap()).unwrap()
    }

    #[test]
    fn formulas_are_defused_and_quotes_doubled() {
        assert_eq!(
            csv(&CsvStyle::default()),
            "channel,value,count,is_large,day,at\r\n\
             \"'=HYPERLINK(\"\"x\"\")\",0.5,1795168800000,true,2026-11-20,2026-11-20T10:00:00.000Z\r\n\
             \"a,b\",,0,false,2026-11-20,1970-01-01T00:00:00.000Z\r\n\
             ,,7,false,2026-11-20,1970-01-01T00:00:00.007Z\r\n"
        );
    }

    #[test]
    fn csv_is_as_a_country_writes_it() {
        let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
        let style = CsvStyle::new("fr-FR", true, zone).unwrap();
        assert_eq!(
            csv(&style),
            "\u{feff}channel;value;count;is_large;day;at\r\n\
             \"'=HYPERLINK(\"\"x\"\")\";0,5;1795168800000;true;2026-11-20;2026-11-20T11:00:00.000+01:00\r\n\
             a,b;;0;false;2026-11-20;1970-01-01T01:00:00.000+01:00\r\n\
             ;;7;false;2026-11-20;1970-01-01T01:00:00.007+01:00\r\n"
        );
    }

    #[test]
    fn what_is_written_is_read_back_with_its_types() {
        let frame = frame();
        let bytes = |format, frame| encoded(format, &CsvStyle::default(), frame).unwrap();
        let parquet = bytes(Format::Parquet, &frame);
        let back = ParquetReader::new(io::Cursor::new(parquet)).finish().unwrap();
        assert!(back.equals_missing(&frame), "{back}");
        assert_eq!(back.schema(), frame.schema());
        let back = IpcStreamReader::new(io::Cursor::new(bytes(Format::Arrow, &frame))).finish();
        assert!(back.unwrap().equals_missing(&frame));
        // Without rows there are still columns.
        let none = frame.slice(0, 0);
        let back = ParquetReader::new(io::Cursor::new(bytes(Format::Parquet, &none))).finish();
        assert_eq!(back.unwrap().schema(), frame.schema());
        let back = IpcStreamReader::new(io::Cursor::new(bytes(Format::Arrow, &none))).finish();
        assert_eq!(back.unwrap().schema(), frame.schema());
    }

    #[test]
    fn parts_are_as_good_as_the_whole() {
        let frame = frame();
        for format in [Format::Csv, Format::Xlsx, Format::Parquet, Format::Arrow] {
            let mut bytes = Vec::new();
            let style = CsvStyle::default();
            let mut encoder = Encoder::new(format, &style, &frame, &mut bytes).unwrap();
            for row in 0..3 {
                encoder.write(&frame.slice(row, 1)).unwrap();
            }
            encoder.finish().unwrap();
            let cursor = io::Cursor::new(bytes.clone());
            match format {
                Format::Parquet => {
                    let back = ParquetReader::new(cursor).finish().unwrap();
                    assert!(back.equals_missing(&frame), "{back}");
                }
                Format::Arrow => {
                    let back = IpcStreamReader::new(cursor).finish().unwrap();
                    assert!(back.equals_missing(&frame), "{back}");
                }
                _ => assert_eq!(bytes, encoded(format, &style, &frame).unwrap()),
            }
        }
    }
}
