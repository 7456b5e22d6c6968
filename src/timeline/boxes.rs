//! Places that are taken by text: no arrow and no other text crosses them.

use super::canvas::wide;

/// A rectangle: from left to right, and from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextBox {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
}

/// How far a line keeps off.
const OFF: f64 = 2.0;
/// Into so many pieces a line is cut to see what it crosses: shorter than a letter is high.
const PIECES: u32 = 400;

impl TextBox {
    /// The place of a text whose baseline begins there.
    pub(super) fn of(text: &str, size: u32, (x, y): (f64, f64)) -> Self {
        let high = f64::from(size);
        Self {
            x: (x, x + wide(text, size)),
            y: (y - high * 0.8, y + high * 0.25),
        }
    }

    /// Whether a straight line from one point to another comes too near.
    pub(super) fn is_crossed(&self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> bool {
        (0..=PIECES).any(|piece| {
            let on = f64::from(piece) / f64::from(PIECES);
            let (x, y) = (x0 + (x1 - x0) * on, y0 + (y1 - y0) * on);
            x > self.x.0 - OFF && x < self.x.1 + OFF && y > self.y.0 - OFF && y < self.y.1 + OFF
        })
    }
}
