//! A QR code as a picture.

use std::fmt::Write;

use qrcode::{Color, QrCode};

/// Dark modules, row by row.
fn rows(code: &QrCode) -> Vec<Vec<bool>> {
    let is_dark = code.to_colors().into_iter().map(|color| color == Color::Dark);
    let modules: Vec<bool> = is_dark.collect();
    modules.chunks(code.width()).map(<[bool]>::to_vec).collect()
}

/// As SVG, a unit a module.
pub(crate) fn svg(code: &QrCode, quiet: usize, caption: Option<&str>) -> String {
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

/// As PNG, `scale` pixels a module's side, a bit a pixel.
pub(crate) fn png(
    code: &QrCode,
    quiet: usize,
    scale: usize,
) -> Result<Vec<u8>, png::EncodingError> {
    let side = (code.width() + 2 * quiet) * scale;
    let line = side.div_ceil(8);
    let mut pixels = Vec::with_capacity(line * side);
    let white = vec![u8::MAX; line];
    let frame = || std::iter::repeat_n(white.as_slice(), quiet * scale);
    frame().for_each(|line| pixels.extend_from_slice(line));
    for row in rows(code) {
        let mut drawn = white.clone();
        for (x, _) in row.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
            let start = (x + quiet) * scale;
            for pixel in start..start + scale {
                drawn[pixel / 8] &= !(0x80 >> (pixel % 8));
            }
        }
        for _ in 0..scale {
            pixels.extend_from_slice(&drawn);
        }
    }
    frame().for_each(|line| pixels.extend_from_slice(line));
    let mut out = Vec::new();
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    // Rows that are the same as the one above become nothing.
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(out)
}
