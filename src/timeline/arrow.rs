//! An arrow of the picture.

use std::fmt::Write as _;

use super::acts::ActPlace;
use super::canvas::{ACCENT, Canvas, QUIET};
use super::model::Clash;

/// From corner to corner.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) corners: Vec<(f64, f64)>,
    /// Whether it joins the operations of a finding.
    pub(super) accent: bool,
    /// The act that it reaches.
    pub(super) to: Option<ActPlace>,
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
        canvas.open(|reveal| {
            let step = |to: ActPlace| {
                let wrong = if self.accent {
                    reveal.wrong(to.place)
                } else {
                    0
                };
                reveal.step((to.place, to.span), to.ends).max(wrong)
            };
            (self.to.map_or(reveal.end(), step), 0)
        });
        canvas.path(&path, colour, &format!(r#"stroke-linejoin="round" {rest}"#));
        canvas.close();
    }
}
