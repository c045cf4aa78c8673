//! QR codes of links, as SVG and PNG. They are as public as the links, so that drawing them is work of strangers: one
//! is drawn at a time, and kept.

mod lookup;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use moka::sync::Cache;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;

use crate::http::problem::Problem;
use crate::insights::share::Share;
use crate::render::qr;
use crate::web::state::Views;
use lookup::Lookup;

/// Codes that wait to be drawn.
const MOST_WAITING: usize = 32;
/// Bytes of all codes that are kept.
const KEPT_BYTES: u64 = 8 << 20;
const QUIET: usize = 4;
/// Of a PNG's side: about 35 cm in print.
const MOST_PIXELS: usize = 4096;
const LONGEST_CAPTION: usize = 80;

/// How a code shall look.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct QrStyle {
    /// Part of the code that may be damaged: L 7 %, M 15 %, Q 25 %, H 30 %.
    level: Option<String>,
    /// Width of the empty frame in modules; ISO/IEC 18004 asks for 4.
    quiet_zone: Option<usize>,
    /// Pixels of a module's side in a PNG.
    scale: Option<usize>,
    /// A line below the code; SVG only.
    caption: Option<String>,
}

/// What makes two pictures the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Drawing {
    address: String,
    /// L, M, Q or H.
    level: char,
    quiet: usize,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Svg { caption: Option<String> },
    Png { scale: usize },
}

/// What draws codes.
#[derive(Debug, Clone)]
struct Studio {
    views: Views,
    share: Share,
    kept: Cache<Drawing, Bytes>,
    lookup: Lookup,
}

/// `GET /l/{slug}/qr.svg` and `.png`.
pub(crate) fn router(views: Views) -> Router {
    let size = |drawing: &Drawing, bytes: &Bytes| {
        u32::try_from(drawing.address.len() + bytes.len()).unwrap_or(u32::MAX)
    };
    let kept = Cache::builder().weigher(size).max_capacity(KEPT_BYTES).build();
    let share = Share::new(1, MOST_WAITING);
    Router::new()
        .route("/l/{slug}/qr.svg", get(svg))
        .route("/l/{slug}/qr.png", get(png))
        .with_state(Studio { views, share, kept, lookup: Lookup::default() })
}

type QueryParams = Result<Query<QrStyle>, QueryRejection>;

async fn svg(
    State(studio): State<Studio>,
    Path(slug): Path<String>,
    look: QueryParams,
) -> Result<Response, Response> {
    let look = read(look).map_err(IntoResponse::into_response)?;
    let form = Form::Svg { caption: look.caption.clone() };
    studio.drawn(&slug, &look, form, "image/svg+xml").await
}

async fn png(
    State(studio): State<Studio>,
    Path(slug): Path<String>,
    look: QueryParams,
) -> Result<Response, Response> {
    let look = read(look).map_err(IntoResponse::into_response)?;
    let form = png_form(&look).map_err(IntoResponse::into_response)?;
    studio.drawn(&slug, &look, form, "image/png").await
}

fn png_form(look: &QrStyle) -> Result<Form, Problem> {
    if look.caption.is_some() {
        let text = "a caption is for the SVG".to_owned();
        return Err(Problem::in_parameter("caption", text));
    }
    let scale = look.scale.unwrap_or(10);
    if !(1..=64).contains(&scale) {
        let text = format!("{scale} is not between 1 and 64");
        return Err(Problem::in_parameter("scale", text));
    }
    Ok(Form::Png { scale })
}

/// Everything is checked before anything is looked up or drawn.
fn read(look: QueryParams) -> Result<QrStyle, Problem> {
    let Query(look) =
        look.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let level = look.level.as_deref().unwrap_or("M");
    if !["L", "M", "Q", "H"].contains(&level) {
        let text = format!("{level:?} is not one of L, M, Q, H");
        return Err(Problem::in_parameter("level", text));
    }
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
    Ok(look)
}

impl Studio {
    async fn drawn(
        &self,
        slug: &str,
        look: &QrStyle,
        form: Form,
        kind: &'static str,
    ) -> Result<Response, Response> {
        let address = self.address(slug).await.map_err(IntoResponse::into_response)?;
        let level = look.level.as_deref().and_then(|level| level.chars().next()).unwrap_or('M');
        let quiet = look.quiet_zone.unwrap_or(QUIET);
        let drawing = Drawing { address, level, quiet, form };
        let picture = match self.kept.get(&drawing) {
            Some(kept) => kept,
            None => self.draw(drawing).await?,
        };
        // An edited link is another code.
        let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=60")];
        Ok((headers, picture).into_response())
    }

    /// What a code says: the link's address.
    async fn address(&self, slug: &str) -> Result<String, Problem> {
        let views = &self.views;
        let known = views.links.borrow().get(slug).cloned();
        // A link that has just been saved is not at hand yet.
        let link = match known {
            Some(link) => Some(link),
            None => self.lookup.find(&views.store, slug).await,
        };
        let link = link.ok_or_else(|| {
            Problem::new(StatusCode::NOT_FOUND, format!("there is no link {slug:?}"))
        })?;
        Ok(views.short_address(&link.slug).unwrap_or_else(|| link.target(None)))
    }

    async fn draw(&self, drawing: Drawing) -> Result<Bytes, Response> {
        let turn = self.share.turn().await.map_err(IntoResponse::into_response)?;
        // Somebody may have had it drawn meanwhile.
        if let Some(kept) = self.kept.get(&drawing) {
            return Ok(kept);
        }
        let kept = self.kept.clone();
        let drawn = tokio::task::spawn_blocking(move || {
            let bytes = Bytes::from(picture(&drawing)?);
            kept.insert(drawing, bytes.clone());
            drop(turn);
            Ok::<_, Problem>(bytes)
        });
        let failed = |error: tokio::task::JoinError| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the code: {error}"))
        };
        drawn.await.map_err(failed).and_then(|drawn| drawn).map_err(IntoResponse::into_response)
    }
}

fn picture(drawing: &Drawing) -> Result<Vec<u8>, Problem> {
    let level = match drawing.level {
        'L' => EcLevel::L,
        'Q' => EcLevel::Q,
        'H' => EcLevel::H,
        _ => EcLevel::M,
    };
    let code = QrCode::with_error_correction_level(drawing.address.as_bytes(), level);
    let code = code.map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("the address does not fit: {error}"))
    })?;
    match &drawing.form {
        Form::Svg { caption } => Ok(qr::svg(&code, drawing.quiet, caption.as_deref()).into_bytes()),
        Form::Png { scale } => {
            let side = (code.width() + 2 * drawing.quiet) * scale;
            if side > MOST_PIXELS {
                let text = format!("{scale} makes {side} pixels; at most {MOST_PIXELS}");
                return Err(Problem::in_parameter("scale", text));
            }
            qr::png(&code, drawing.quiet, *scale).map_err(|error| {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the PNG: {error}"))
            })
        }
    }
}
