//! Style sheet and scripts.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Each file with its type.
const ASSETS: [(&str, &str, &str); 7] = [
    ("style.css", CSS, include_str!("../../../dashboards/style.css")),
    ("charts.js", SCRIPT, include_str!("../../../dashboards/charts.js")),
    ("in_place.js", SCRIPT, include_str!("../../../dashboards/in_place.js")),
    ("live.js", SCRIPT, include_str!("../../../dashboards/live.js")),
    ("menus.js", SCRIPT, include_str!("../../../dashboards/menus.js")),
    ("palette.js", SCRIPT, include_str!("../../../dashboards/palette.js")),
    ("suggest.js", SCRIPT, include_str!("../../../dashboards/suggest.js")),
];

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some((_, kind, text)) = ASSETS.into_iter().find(|(known, ..)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
