//! Charts as pixels, for mail and chat, which show no SVG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::drawing::Drawing;

/// Pixels for each of a chart's units: sharp on screens with small ones.
const SCALE: f32 = 2.0;

/// A chart drawn on white.
///
/// # Errors
/// If it cannot be drawn, or there is no room for it.
pub(crate) fn png(chart: &Drawing) -> Result<Vec<u8>, String> {
    let svg = chart.alone();
    // Fonts and letters are anybody's: whatever a library makes of them, a report goes on without its picture.
    std::panic::catch_unwind(|| drawn(&svg)).unwrap_or_else(|_| Err("drawing it failed".to_owned()))
}

fn drawn(svg: &str) -> Result<Vec<u8>, String> {
    let options = Options {
        fontdb: Arc::clone(fonts()),
        font_family: "Ubuntu".to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or("the chart has no size")?;
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or("there is no room for the chart")?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

/// The program's own font: servers have none.
fn fonts() -> &'static Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        fonts.set_sans_serif_family("Ubuntu");
        Arc::new(fonts)
    })
}
