//! The shapes of a legend, 20 wide and about its line.

use super::canvas::{ACCENT, QUIET};

/// A red arrow.
pub(super) fn accent() -> String {
    format!(r#"<path d="M0 0H20" stroke="{ACCENT}" stroke-width="1.8" marker-end="url(#accent)"/>"#)
}

pub(super) fn line(rest: &str) -> String {
    format!(r#"<path d="M0 0H20" stroke="{QUIET}" fill="none" {rest}/>"#)
}

pub(super) fn bar(half: f64, rest: &str) -> String {
    let (top, high) = (-half, half * 2.0);
    format!(r#"<rect x="0" y="{top:.1}" width="20" height="{high:.1}" {rest}/>"#)
}
