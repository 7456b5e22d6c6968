//! The policy of a document that holds pages of runs.

use super::super::svg;
use super::html::{SCRIPT, STYLE};
use super::sha256::source;

/// What a document may let in that has pages of runs in frames, as `data:` addresses, and pictures of its own: these pages'
/// script and styles and its own style, by their sums, and nothing else. A frame is bound by it, too.
#[must_use]
pub fn frame_policy(style: &str) -> String {
    let picture = svg::STYLE.trim().trim_start_matches("<style>");
    let picture = picture.trim_end_matches("</style>");
    let styles = [style, STYLE, picture].map(|style| format!("'{}'", source(style)));
    format!(
        "default-src 'none'; script-src '{}'; style-src {}; frame-src data:; base-uri 'none'; form-action 'none'",
        source(SCRIPT),
        styles.join(" ")
    )
}
