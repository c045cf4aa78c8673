//! Values, types, and the form in which they travel: `RowBinary`.

use std::fmt;

/// A value of a column.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Null,
    /// Every number that fits: also days, seconds, milliseconds and ten-thousandths.
    Number(i128),
    /// UUID and `UInt128`.
    Wide(u128),
    Text(String),
    /// A text that is no UTF-8.
    Bytes(Vec<u8>),
    List(Vec<Value>),
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Wide(number) => write!(formatter, "{number:x}"),
            Self::Text(text) => write!(formatter, "{text:?}"),
            Self::Bytes(bytes) => write!(formatter, "{bytes:?}"),
            Self::List(list) => formatter.debug_list().entries(list).finish(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl Value {
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("{other:?} is no text"),
        }
    }

    pub fn number(&self) -> i64 {
        match self {
            Self::Number(number) => i64::try_from(*number).unwrap(),
            other => panic!("{other:?} is no number"),
        }
    }

    pub fn wide(&self) -> u128 {
        match self {
            Self::Wide(number) => *number,
            Self::Number(number) => u128::try_from(*number).unwrap(),
            other => panic!("{other:?} is no wide number"),
        }
    }
}

/// What a column may hold. `LowCardinality` is not told apart from what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Unsigned, so many bytes.
    Unsigned(usize),
    /// Signed, so many bytes: also `DateTime64` and Decimal(18, 4).
    Signed(usize),
    Wide,
    Uuid,
    Text,
    Nullable(Box<Type>),
    List(Box<Type>),
}

impl Type {
    pub fn parse(name: &str) -> Self {
        let inner = |prefix: &str| {
            let rest = name.strip_prefix(prefix)?.strip_prefix('(')?;
            rest.strip_suffix(')').map(Self::parse)
        };
        if let Some(inner) = inner("LowCardinality") {
            return inner;
        }
        if let Some(inner) = inner("Nullable") {
            return Self::Nullable(Box::new(inner));
        }
        if let Some(inner) = inner("Array") {
            return Self::List(Box::new(inner));
        }
        match name.split('(').next().unwrap_or_default() {
            "UInt8" | "Bool" => Self::Unsigned(1),
            "UInt16" | "Date" => Self::Unsigned(2),
            "UInt32" | "DateTime" => Self::Unsigned(4),
            "UInt64" | "Float64" => Self::Unsigned(8),
            "Int32" => Self::Signed(4),
            "Int64" | "DateTime64" | "Decimal" => Self::Signed(8),
            "UInt128" => Self::Wide,
            "UUID" => Self::Uuid,
            "String" => Self::Text,
            _ => panic!("the model knows no type {name}"),
        }
    }

    /// What a column holds of which nothing is said.
    pub fn nothing(&self) -> Value {
        match self {
            Self::Unsigned(_) | Self::Signed(_) => Value::Number(0),
            Self::Wide | Self::Uuid => Value::Wide(0),
            Self::Text => Value::from(""),
            Self::Nullable(_) => Value::Null,
            Self::List(_) => Value::List(Vec::new()),
        }
    }

    pub fn write(&self, value: &Value, out: &mut Vec<u8>) {
        match (self, value) {
            (Self::Unsigned(bytes) | Self::Signed(bytes), Value::Number(number)) => {
                out.extend_from_slice(&number.to_le_bytes()[..*bytes]);
            }
            (Self::Wide, wide) => out.extend_from_slice(&wide.wide().to_le_bytes()),
            (Self::Uuid, Value::Wide(uuid)) => {
                out.extend_from_slice(&((uuid >> 64) as u64).to_le_bytes());
                out.extend_from_slice(&(*uuid as u64).to_le_bytes());
            }
            (Self::Text, Value::Text(text)) => write_bytes(text.as_bytes(), out),
            (Self::Text, Value::Bytes(bytes)) => write_bytes(bytes, out),
            (Self::Nullable(_), Value::Null) => out.push(1),
            (Self::Nullable(inner), value) => {
                out.push(0);
                inner.write(value, out);
            }
            (Self::List(inner), Value::List(list)) => {
                write_length(list.len(), out);
                for value in list {
                    inner.write(value, out);
                }
            }
            _ => panic!("{value:?} is no {self:?}"),
        }
    }

    pub fn read(&self, from: &mut &[u8]) -> Value {
        match self {
            Self::Unsigned(bytes) => {
                let mut number = [0; 16];
                number[..*bytes].copy_from_slice(take(from, *bytes));
                Value::Number(i128::from_le_bytes(number))
            }
            Self::Signed(bytes) => {
                let taken = take(from, *bytes);
                let fill = if taken[bytes - 1] & 0x80 == 0 { 0 } else { 0xff };
                let mut number = [fill; 16];
                number[..*bytes].copy_from_slice(taken);
                Value::Number(i128::from_le_bytes(number))
            }
            Self::Wide => Value::Wide(u128::from_le_bytes(take(from, 16).try_into().unwrap())),
            Self::Uuid => {
                let mut half = || u64::from_le_bytes(take(from, 8).try_into().unwrap());
                let (high, low) = (half(), half());
                Value::Wide(u128::from(high) << 64 | u128::from(low))
            }
            Self::Text => {
                let length = read_length(from);
                let bytes = take(from, length);
                std::str::from_utf8(bytes)
                    .map_or_else(|_| Value::Bytes(bytes.to_vec()), Value::from)
            }
            Self::Nullable(inner) => match take(from, 1)[0] {
                0 => inner.read(from),
                _ => Value::Null,
            },
            Self::List(inner) => {
                let length = read_length(from);
                Value::List((0..length).map(|_| inner.read(from)).collect())
            }
        }
    }
}

fn take<'a>(from: &mut &'a [u8], bytes: usize) -> &'a [u8] {
    let (taken, rest) = from.split_at(bytes);
    *from = rest;
    taken
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_length(bytes.len(), out);
    out.extend_from_slice(bytes);
}

pub fn write_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

pub fn read_length(from: &mut &[u8]) -> usize {
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = take(from, 1)[0];
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return length;
        }
        shift += 7;
    }
}

/// A list of texts or numbers as a parameter is written: `['a','b\'c']`, `[1,2]`.
pub fn read_list(written: &str) -> Vec<Value> {
    let inside = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    read_items(&mut inside.unwrap_or_else(|| panic!("no list: {written}")))
}

/// Texts, numbers, and tuples of such, up to the end or the bracket that closes a tuple.
fn read_items(rest: &mut &str) -> Vec<Value> {
    let mut list = Vec::new();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(')') {
            *rest = behind;
            break;
        } else if let Some(inside) = rest.strip_prefix('(') {
            *rest = inside;
            list.push(Value::List(read_items(rest)));
        } else if let Some(quoted) = rest.strip_prefix('\'') {
            let mut text = String::new();
            let mut letters = quoted.char_indices();
            let end = loop {
                match letters.next().expect("a text ends") {
                    (at, '\'') => break at,
                    (_, '\\') => text.push(unescaped(letters.next().expect("an escape").1)),
                    (_, letter) => text.push(letter),
                }
            };
            list.push(Value::Text(text));
            *rest = &quoted[end + 1..];
        } else {
            let end = rest.find([',', ')']).unwrap_or(rest.len());
            list.push(Value::Number(rest[..end].trim().parse().unwrap()));
            *rest = &rest[end..];
        }
        *rest = rest.trim_start_matches([',', ' ']);
    }
    list
}

fn unescaped(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'b' => '\u{8}',
        'f' => '\u{c}',
        other => other,
    }
}

/// A text parameter as it is escaped.
pub fn read_text(written: &str) -> String {
    let mut text = String::new();
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        text.push(if letter == '\\' { unescaped(letters.next().unwrap_or('\\')) } else { letter });
    }
    text
}
