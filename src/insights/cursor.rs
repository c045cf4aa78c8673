//! Where a list goes on: a row's place as a text that means nothing to its reader.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::invalid_parameter::InvalidParameter;
use crate::store::Place;

/// The text for a place in a list.
pub(crate) fn written(list: &str, place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(list, place)).unwrap_or_default())
}

/// The place of a text of that list.
pub(crate) fn read(list: &str, text: &str) -> Result<Place, InvalidParameter> {
    let wrong = |reason: &str| InvalidParameter { parameter: "cursor", reason: reason.to_owned() };
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let read: Option<(String, Place)> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match read {
        Some((own, place)) if own == list => Ok(place),
        Some(_) => Err(wrong("this is the cursor of another list")),
        None => Err(wrong("this is no cursor: take `next` of the page before as it stands")),
    }
}
