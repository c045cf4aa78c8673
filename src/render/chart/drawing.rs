//! Drawings, and how they are written as SVG: what plotters draws is kept as shapes, and when they are written every
//! text and attribute goes through one escape.
//!
//! Colours on a page are the style sheet's, so that one chart serves light and dark; outside of pages a drawing has
//! its own, on white. Plotters knows them by stand-ins.

use std::fmt::Write as _;

use plotters::style::RGBColor;
use plotters_backend::BackendCoord;

pub(crate) const INK: RGBColor = RGBColor(1, 1, 1);
pub(crate) const MUTED: RGBColor = RGBColor(2, 2, 2);
pub(crate) const GRID: RGBColor = RGBColor(3, 3, 3);
pub(crate) const SERIES: [RGBColor; 3] = [RGBColor(4, 4, 4), RGBColor(5, 5, 5), RGBColor(6, 6, 6)];
/// Of what a bar could fill and does not.
pub(crate) const TRACK: RGBColor = RGBColor(7, 7, 7);
/// What a drawing lies on.
pub(crate) const PAPER: RGBColor = RGBColor(8, 8, 8);
/// Of each its variable in the style sheet, and its colour in the light one.
const COLORS: [(RGBColor, &str, &str); 8] = [
    (INK, "var(--ink)", "#14181f"),
    (MUTED, "var(--muted)", "#5d6878"),
    (GRID, "var(--grid)", "#e1e5ec"),
    (SERIES[0], "var(--series-1)", "#3157d5"),
    (SERIES[1], "var(--series-2)", "#d98200"),
    (SERIES[2], "var(--series-3)", "#0a8f5b"),
    (TRACK, "var(--track)", "#edf0f5"),
    (PAPER, "var(--card)", "#ffffff"),
];

/// A letter's size as plotters counts it beside that of SVG.
pub(crate) const FONT_SCALE: f64 = 1.24;

/// Where a drawing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Page,
    Alone,
}

/// A drawing.
#[derive(Debug, Clone)]
pub(crate) struct Drawing {
    width: i32,
    height: i32,
    /// Read out instead of it.
    description: String,
    class: Option<&'static str>,
    /// Whether it fills the room that the style sheet gives it, whatever its shape.
    is_stretched: bool,
    /// Where its points are, for whoever asks for their values.
    plot: Option<Plot>,
    /// The days of its points, of a chart over days: `2026-01-31`, of a week the first.
    days: Vec<String>,
    shapes: Vec<Shape>,
}

/// Where a chart over days has its points: from the first to the last, and how high it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub bottom: i32,
}

#[derive(Debug, Clone)]
struct Shape {
    form: Form,
    color: Color,
}

/// Red, green and blue, and how strong.
pub(crate) type Color = ((u8, u8, u8), f64);

/// What there can be in a drawing.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// From the upper left corner, this wide and high.
    Rectangle(BackendCoord, i32, i32, Look),
    Circle(BackendCoord, u32, Look),
    /// Through these points, so thick.
    Line(Vec<BackendCoord>, u32),
    /// Between these points.
    Area(Vec<BackendCoord>),
    Text {
        text: String,
        at: BackendCoord,
        size: f64,
        anchor: &'static str,
        down: &'static str,
    },
}

/// Filled, or with a border so thick.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Look {
    Filled,
    Bordered(u32),
}

impl Drawing {
    pub(crate) fn new(width: i32, height: i32, description: &str) -> Self {
        let description = description.to_owned();
        Self {
            width,
            height,
            description,
            class: None,
            is_stretched: false,
            plot: None,
            days: Vec::new(),
            shapes: Vec::new(),
        }
    }

    /// With a class of the style sheet.
    pub(crate) fn of_class(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    /// Stretched to the room that the style sheet gives it.
    pub(crate) fn stretched(mut self) -> Self {
        self.is_stretched = true;
        self
    }

    /// With the place of its points.
    pub(crate) fn with_plot(mut self, plot: Plot) -> Self {
        self.plot = Some(plot);
        self
    }

    /// With the days of its points.
    pub(crate) fn over(mut self, days: &[&str]) -> Self {
        self.days = days.iter().map(|day| (*day).to_owned()).collect();
        self
    }

    /// The place of its points and their days, of a chart over days.
    pub(super) fn days(&self) -> Option<(Plot, &[String])> {
        Some((self.plot?, &self.days))
    }

    /// Gives it more room below.
    pub(super) fn heighten(&mut self, pixels: i32) {
        self.height += pixels;
    }

    /// With a sentence behind what is read out instead of it.
    pub(super) fn described_further(&mut self, sentence: &str) {
        if !self.description.is_empty() {
            self.description.extend([" ", sentence]);
        }
    }

    pub(crate) fn size(&self) -> (i32, i32) {
        (self.width, self.height)
    }

    pub(crate) fn add(&mut self, form: Form, color: Color) {
        self.shapes.push(Shape { form, color });
    }

    /// As part of a page.
    pub(crate) fn on_page(&self) -> String {
        self.written(Place::Page)
    }

    /// As a file of its own.
    pub(crate) fn alone(&self) -> String {
        self.written(Place::Alone)
    }

    fn written(&self, place: Place) -> String {
        let mut xml = Xml::default();
        let (width, height) = (self.width.to_string(), self.height.to_string());
        // What is told beside it in words is not read out twice.
        let mut head: Vec<(&str, String)> = if self.description.is_empty() {
            vec![("aria-hidden", "true".to_owned())]
        } else {
            vec![("role", "img".to_owned()), ("aria-label", self.description.clone())]
        };
        head.extend([
            ("viewBox", format!("0 0 {width} {height}")),
            ("width", width),
            ("height", height),
            ("xmlns", "http://www.w3.org/2000/svg".to_owned()),
        ]);
        head.extend(self.class.map(|class| ("class", class.to_owned())));
        if self.is_stretched {
            head.push(("preserveAspectRatio", "none".to_owned()));
        }
        if let (Some(plot), Place::Page) = (self.plot, place) {
            let Plot { left, right, top, bottom } = plot;
            head.push(("data-plot", format!("{left} {right} {top} {bottom}")));
        }
        xml.begin("svg", &head);
        if place == Place::Alone {
            let whole = "100%".to_owned();
            let paper = "#ffffff".to_owned();
            xml.empty("rect", &[("width", whole.clone()), ("height", whole), ("fill", paper)]);
        }
        for shape in &self.shapes {
            shape.write(&mut xml, place);
        }
        xml.end("svg");
        xml.0
    }
}

impl Shape {
    fn write(&self, xml: &mut Xml, place: Place) {
        let (color, strength) = self.color;
        let (color, strength) = (name(color, place), strength.to_string());
        let painted = |look: Look| match look {
            Look::Filled => vec![("fill", color.clone()), ("fill-opacity", strength.clone())],
            Look::Bordered(thick) => vec![
                ("fill", "none".to_owned()),
                ("stroke", color.clone()),
                ("stroke-opacity", strength.clone()),
                ("stroke-width", thick.to_string()),
            ],
        };
        let number = |number: i32| number.to_string();
        match &self.form {
            Form::Rectangle(at, width, height, look) => {
                let mut attributes = vec![("x", number(at.0)), ("y", number(at.1))];
                attributes.extend([("width", number(*width)), ("height", number(*height))]);
                attributes.extend(painted(*look));
                xml.empty("rect", &attributes);
            }
            Form::Circle(at, radius, look) => {
                let mut attributes = vec![("cx", number(at.0)), ("cy", number(at.1))];
                attributes.push(("r", radius.to_string()));
                attributes.extend(painted(*look));
                xml.empty("circle", &attributes);
            }
            Form::Line(points, thick) => {
                let mut attributes = vec![("points", joined(points))];
                attributes.extend(painted(Look::Bordered(*thick)));
                xml.empty("polyline", &attributes);
            }
            Form::Area(points) => {
                let mut attributes = vec![("points", joined(points))];
                attributes.extend(painted(Look::Filled));
                xml.empty("polygon", &attributes);
            }
            Form::Text { text, at, size, anchor, down } => {
                let mut attributes = vec![("x", number(at.0)), ("y", number(at.1))];
                attributes
                    .extend([("dy", (*down).to_owned()), ("text-anchor", (*anchor).to_owned())]);
                attributes.push(("font-family", "sans-serif".to_owned()));
                attributes.push(("font-size", size.to_string()));
                attributes.extend(painted(Look::Filled));
                xml.text("text", &attributes, text);
            }
        }
    }
}

/// The style sheet's name of a colour, or the colour; one without a stand-in is itself.
fn name(color: (u8, u8, u8), place: Place) -> String {
    let known =
        COLORS.iter().find(|(RGBColor(red, green, blue), ..)| (*red, *green, *blue) == color);
    match (known, place) {
        (Some((_, variable, _)), Place::Page) => (*variable).to_owned(),
        (Some((.., own)), Place::Alone) => (*own).to_owned(),
        (None, _) => {
            let (red, green, blue) = color;
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
    }
}

fn joined(points: &[BackendCoord]) -> String {
    points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// XML 1.0 as it grows.
#[derive(Default)]
struct Xml(String);

impl Xml {
    fn begin(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.head(name, attributes);
        self.0.push('>');
    }

    fn end(&mut self, name: &str) {
        // Writing into memory does not fail.
        writeln!(self.0, "</{name}>").ok();
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.head(name, attributes);
        self.0.push_str("/>\n");
    }

    fn text(&mut self, name: &str, attributes: &[(&str, String)], text: &str) {
        self.begin(name, attributes);
        self.escaped(text);
        self.end(name);
    }

    fn head(&mut self, name: &str, attributes: &[(&str, String)]) {
        write!(self.0, "<{name}").ok();
        for (name, value) in attributes {
            write!(self.0, " {name}=\"").ok();
            self.escaped(value);
            self.0.push('"');
        }
    }

    /// What XML 1.0 takes for a letter and not for a mark of its own; what it forbids (section 2.2), and other
    /// control characters, are told as U+FFFD.
    fn escaped(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\t' | '\n' | '\r' => self.0.push(' '),
                '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                letter if letter.is_control() => self.0.push('\u{fffd}'),
                letter => self.0.push(letter),
            }
        }
    }
}
