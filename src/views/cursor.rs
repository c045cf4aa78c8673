//! Where a list goes on: a row's place as a text that means nothing to its reader.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Misunderstood;
use crate::store::Place;

/// The text for a place.
pub(super) fn written(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// The place of a text.
pub(super) fn read(text: &str) -> Result<Place, Misunderstood> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| {
        let reason = "this is no cursor: take `next` of the page before as it stands".to_owned();
        Misunderstood { parameter: "cursor", reason }
    })
}
