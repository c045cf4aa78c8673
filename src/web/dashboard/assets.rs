//! Style sheet and scripts.

use axum::http::header;
use axum::response::IntoResponse;

const STYLE: &str = include_str!("../../../dashboards/style.css");
const LIVE: &str = include_str!("../../../dashboards/live.js");
const IN_PLACE: &str = include_str!("../../../dashboards/in_place.js");

/// `GET /assets/style.css`.
pub(crate) async fn style_sheet() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE)
}

/// `GET /assets/live.js`.
pub(crate) async fn live_script() -> impl IntoResponse {
    script(LIVE)
}

/// `GET /assets/in_place.js`.
pub(crate) async fn in_place_script() -> impl IntoResponse {
    script(IN_PLACE)
}

fn script(text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}
