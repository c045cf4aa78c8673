//! Rows that come as an Arrow stream.

use std::io::Cursor;

use polars_core::frame::DataFrame;
use polars_core::prelude::{AnyValue, DataType, TimeUnit};
use polars_io::SerReader;
use polars_io::ipc::IpcStreamReader;

use super::schema::Definition;
use super::table::Row;
use super::value::{Type, Value};

/// The rows in the order of the table's columns; columns that do not come get their defaults.
pub fn rows(stream: &[u8], definition: &Definition) -> Vec<Row> {
    rows_of(&IpcStreamReader::new(Cursor::new(stream)).finish().unwrap(), definition)
}

/// The rows of a frame.
pub fn rows_of(frame: &DataFrame, definition: &Definition) -> Vec<Row> {
    let nothing: Row = definition.columns.iter().map(|column| column.kind.nothing()).collect();
    let mut rows = vec![nothing; frame.height()];
    for column in frame.columns() {
        let place = definition.place(column.name());
        let kind = &definition.columns[place].kind;
        if let DataType::Datetime(unit, _) = column.dtype() {
            assert_eq!(*unit, TimeUnit::Milliseconds);
        }
        let series = column.as_materialized_series();
        for (row, value) in rows.iter_mut().zip(series.iter()) {
            row[place] = read(&value, kind);
        }
    }
    rows
}

fn read(value: &AnyValue<'_>, kind: &Type) -> Value {
    match (value, kind) {
        (AnyValue::Null, Type::Nullable(_)) => Value::Null,
        // ClickHouse takes a null for the column's default (input_format_null_as_default).
        (AnyValue::Null, kind) => kind.nothing(),
        (AnyValue::String(text), Type::Uuid) => {
            Value::Wide(uuid::Uuid::parse_str(text).unwrap().as_u128())
        }
        (AnyValue::String(text), _) => Value::from(*text),
        (AnyValue::StringOwned(text), kind) => read(&AnyValue::String(text.as_str()), kind),
        (AnyValue::Datetime(ms, ..) | AnyValue::DatetimeOwned(ms, ..), _) => Value::from(*ms),
        (AnyValue::UInt8(number), _) => Value::from(i64::from(*number)),
        (AnyValue::UInt32(number), _) => Value::from(i64::from(*number)),
        (AnyValue::Int64(number), _) => Value::from(*number),
        (AnyValue::UInt64(number), _) => Value::Number((*number).into()),
        other => panic!("the model reads no {other:?}"),
    }
}
