//! QR codes of links, as SVG and PNG.

use std::fmt::Write;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;

use super::Views;
use super::problem::Problem;

/// How a code shall look.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Look {
    /// Part of the code that may be damaged: L 7 %, M 15 %, Q 25 %, H 30 %.
    level: Option<String>,
    /// Width of the empty frame in modules; ISO/IEC 18004 asks for 4.
    quiet_zone: Option<usize>,
    /// Pixels of a module's side in a PNG.
    scale: Option<usize>,
    /// A line below the code; SVG only.
    caption: Option<String>,
}

/// `GET /l/{slug}/qr.svg`.
pub(super) async fn svg(
    State(views): State<Views>,
    Path(slug): Path<String>,
    look: Result<Query<Look>, QueryRejection>,
) -> Result<Response, Problem> {
    let (code, look) = code(&views, &slug, look).await?;
    let text = draw_svg(&code, look.quiet_zone.unwrap_or(QUIET), look.caption.as_deref());
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], text).into_response())
}

/// `GET /l/{slug}/qr.png`.
pub(super) async fn png(
    State(views): State<Views>,
    Path(slug): Path<String>,
    look: Result<Query<Look>, QueryRejection>,
) -> Result<Response, Problem> {
    let (code, look) = code(&views, &slug, look).await?;
    if look.caption.is_some() {
        let text = "a caption is for the SVG".to_owned();
        return Err(Problem::in_parameter("caption", text));
    }
    let scale = look.scale.unwrap_or(10);
    if !(1..=64).contains(&scale) {
        let text = format!("{scale} is not between 1 and 64");
        return Err(Problem::in_parameter("scale", text));
    }
    let side = (code.width() + 2 * look.quiet_zone.unwrap_or(QUIET)) * scale;
    if side > MOST_PIXELS {
        let text = format!("{scale} makes {side} pixels; at most {MOST_PIXELS}");
        return Err(Problem::in_parameter("scale", text));
    }
    let image = draw_png(&code, look.quiet_zone.unwrap_or(QUIET), scale).map_err(|error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the PNG: {error}"))
    })?;
    Ok(([(header::CONTENT_TYPE, "image/png")], image).into_response())
}

const QUIET: usize = 4;
/// Of a PNG's side: about 35 cm in print.
const MOST_PIXELS: usize = 4096;
const LONGEST_CAPTION: usize = 80;

async fn code(
    views: &Views,
    slug: &str,
    look: Result<Query<Look>, QueryRejection>,
) -> Result<(QrCode, Look), Problem> {
    let Query(look) =
        look.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let level = match look.level.as_deref().unwrap_or("M") {
        "L" => EcLevel::L,
        "M" => EcLevel::M,
        "Q" => EcLevel::Q,
        "H" => EcLevel::H,
        other => {
            let text = format!("{other:?} is not one of L, M, Q, H");
            return Err(Problem::in_parameter("level", text));
        }
    };
    if look.quiet_zone.is_some_and(|modules| modules > 64) {
        return Err(Problem::in_parameter("quiet_zone", "more than 64 modules".to_owned()));
    }
    if look.caption.as_ref().is_some_and(|text| text.chars().count() > LONGEST_CAPTION) {
        let text = format!("longer than {LONGEST_CAPTION} letters");
        return Err(Problem::in_parameter("caption", text));
    }
    if look.caption.as_ref().is_some_and(|text| text.chars().any(char::is_control)) {
        let text = "it holds a control character".to_owned();
        return Err(Problem::in_parameter("caption", text));
    }
    let known = views.links.borrow().get(slug).cloned();
    // A link that has just been saved is not at hand yet.
    let link = match known {
        Some(link) => Some(link),
        None => views.store.links().await.ok().and_then(|mut links| links.remove(slug)),
    };
    let link = link
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no link {slug:?}")))?;
    let address = views.short_address(&link.slug).unwrap_or_else(|| link.target(None));
    let code = QrCode::with_error_correction_level(address.as_bytes(), level);
    let code = code.map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("the address does not fit: {error}"))
    })?;
    Ok((code, look))
}

/// Dark modules, row by row.
fn rows(code: &QrCode) -> Vec<Vec<bool>> {
    let is_dark = code.to_colors().into_iter().map(|color| color == Color::Dark);
    let modules: Vec<bool> = is_dark.collect();
    modules.chunks(code.width()).map(<[bool]>::to_vec).collect()
}

fn draw_svg(code: &QrCode, quiet: usize, caption: Option<&str>) -> String {
    let width = code.width() + 2 * quiet;
    let below = if caption.is_some() { 4 } else { 0 };
    let height = width + below;
    let mut path = String::new();
    for (y, row) in rows(code).iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
            // Writing into a text cannot fail.
            write!(path, "M{} {}h1v1h-1z", x + quiet, y + quiet).ok();
        }
    }
    let caption = caption.map_or_else(String::new, |text| {
        format!(
            "<text x=\"50%\" y=\"{}\" font-family=\"sans-serif\" font-size=\"2.5\" \
             text-anchor=\"middle\" fill=\"#000\">{}</text>",
            width + 1,
            escaped(text)
        )
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/>{caption}</svg>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn draw_png(code: &QrCode, quiet: usize, scale: usize) -> Result<Vec<u8>, png::EncodingError> {
    let side = (code.width() + 2 * quiet) * scale;
    let mut pixels = vec![u8::MAX; side * side];
    for (y, row) in rows(code).iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
            for line in 0..scale {
                let start = ((y + quiet) * scale + line) * side + (x + quiet) * scale;
                pixels[start..start + scale].fill(0);
            }
        }
    }
    let mut out = Vec::new();
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(out)
}
