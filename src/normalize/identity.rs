//! Event ids. There is no id on Meta's envelope, so each event gets a hash of what makes it
//! itself: the message id where there is one; page, person and watermark for deliveries and
//! reads; the canonical event (its keys sorted) and its time, or
//! its entry's, for the rest. Neither the time of receipt nor the
//! place in the delivery goes into it.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::EventId;

/// First 128 bits of the SHA-256 of the parts, each preceded by its length.
pub(super) fn event_id(parts: &[&str]) -> EventId {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    EventId(u128::from_be_bytes(first))
}

/// JSON with sorted keys and no white space.
pub(super) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}
