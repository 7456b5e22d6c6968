//! An arrow of the picture.

use std::fmt::Write as _;

use super::canvas::{ACCENT, Canvas, QUIET};
use super::model::Clash;

/// From corner to corner.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) corners: Vec<(f64, f64)>,
    /// Whether it joins the operations of a finding.
    pub(super) accent: bool,
    /// What acts it joins.
    pub(super) clash: Clash,
}

impl Arrow {
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let mut path = String::new();
        for (at, (x, y)) in self.corners.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
        }
        let (colour, rest) = if self.accent {
            (ACCENT, r#"stroke-width="1.8" marker-end="url(#accent)""#)
        } else {
            (QUIET, r#"stroke-opacity="0.8" marker-end="url(#quiet)""#)
        };
        canvas.path(&path, colour, &format!(r#"stroke-linejoin="round" {rest}"#));
    }
}
