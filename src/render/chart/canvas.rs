//! What plotters draws on: it keeps shapes in a [`Drawing`].

use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::drawing::{Drawing, FONT_SCALE, Form, Look};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A drawing that is being made.
pub(crate) struct Canvas<'a>(pub &'a mut Drawing);

impl Canvas<'_> {
    fn add(&mut self, form: Form, color: BackendColor) {
        if color.alpha > 0.0 {
            self.0.add(form, (color.rgb, color.alpha));
        }
    }
}

fn look(style: &impl BackendStyle, is_filled: bool) -> Look {
    if is_filled { Look::Filled } else { Look::Bordered(style.stroke_width()) }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let (width, height) = self.0.size();
        (width.unsigned_abs(), height.unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.add(Form::Rectangle(point, 1, 1, Look::Filled), color);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.add(Form::Line(vec![from, to], style.stroke_width()), style.color());
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        self.add(Form::Rectangle(from, width, height, look(style, is_filled)), style.color());
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points = path.into_iter().collect();
        self.add(Form::Line(points, style.stroke_width()), style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        self.add(Form::Circle(center, radius, look(style, is_filled)), style.color());
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.add(Form::Area(corners.into_iter().collect()), style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "middle",
        };
        let down = match style.anchor().v_pos {
            VPos::Top => "0.76em",
            VPos::Center => "0.5ex",
            VPos::Bottom => "-0.5ex",
        };
        let (text, size) = (text.to_owned(), style.size() / FONT_SCALE);
        let form = Form::Text { text, at, size, anchor, down };
        self.add(form, style.color());
        Ok(())
    }
}
