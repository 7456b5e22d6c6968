//! The drawings of a timeline.

use super::model::Timeline;
use super::text_line::TextLine;
use super::{svg, text};

impl Timeline {
    /// The picture: one self-contained SVG, for a light and for a dark background.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::draw(self)
    }

    /// The same for a terminal: lines of at most so many columns, and of 40 where there are fewer.
    #[must_use]
    pub fn to_text(&self, columns: usize) -> Vec<TextLine> {
        text::draw(self, columns)
    }

    /// The lanes and the versions alone, for a terminal, where the rest is said already.
    #[must_use]
    pub fn to_sketch(&self, columns: usize) -> Vec<TextLine> {
        text::sketch(self, columns)
    }
}
