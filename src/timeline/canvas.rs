//! What an SVG is drawn with: texts, paths, rectangles, colours.

use std::fmt::Write as _;

use super::reveal::Reveal;
use super::words::{columns, xml};

/// What is quiet, and what the eye must find.
pub(super) const QUIET: &str = "#768390";
pub(super) const ACCENT: &str = "#e5484d";

/// The locked files, in the order in which they were locked.
const LOCKS: [&str; 5] = ["#4c8dd6", "#2f9e8f", "#8e6fd0", "#b7873a", "#7a8b2e"];

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// What is said beside the rest.
    Quiet,
    /// What is read.
    Plain,
    /// What must be found.
    Accent,
}

/// What is drawn so far.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) body: String,
    /// Of the picture of a page: when what is seen. Any other shows all.
    pub(super) reveal: Option<Reveal>,
}

impl Canvas {
    /// Begins a part of the picture; `when`: from which step of a page on it is seen, and from which on it is red.
    pub(super) fn open(&mut self, when: impl Fn(&Reveal) -> (usize, usize)) {
        if let Some((from, wrong)) = self.reveal.as_ref().map(when) {
            let _ = writeln!(self.body, r#"<g data-from="{from}" data-wrong="{wrong}">"#);
        }
    }

    /// Begins a part of which a page shows what lies before its cursor.
    pub(super) fn open_past(&mut self) {
        if self.reveal.is_some() {
            self.body.push_str("<g class=\"past\">\n");
        }
    }

    /// Begins the curve of a chance, of which a little is drawn behind the cursor, so that what it rose to is seen.
    pub(super) fn open_chance(&mut self) {
        if self.reveal.is_some() {
            self.body.push_str("<g class=\"past chance\">\n");
        }
    }

    /// Ends such a part.
    pub(super) fn close(&mut self) {
        if self.reveal.is_some() {
            self.body.push_str("</g>\n");
        }
    }

    /// What a piece of a text has in a page that is seen from a step on.
    pub(super) fn from(&self, when: impl Fn(&Reveal) -> usize) -> String {
        let from = self.reveal.as_ref().map(when);
        from.map_or_else(String::new, |from| format!(r#" data-from="{from}""#))
    }

    /// A text at a place; `anchor` says which end of it lies there.
    pub(super) fn text(&mut self, at: (f64, f64), anchor: &str, size: u32, ink: Ink, text: &str) {
        let (class, fill, weight) = match ink {
            Ink::Quiet => ("q", QUIET, ""),
            Ink::Plain => ("n", QUIET, ""),
            Ink::Accent => ("a", ACCENT, r#" font-weight="600""#),
        };
        let _ = writeln!(
            self.body,
            r#"<text class="{class}" x="{:.1}" y="{:.1}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"{weight}>{}</text>"#,
            at.0,
            at.1,
            xml(text)
        );
    }

    /// A path with everything that is said about it.
    pub(super) fn path(&mut self, path: &str, stroke: &str, rest: &str) {
        let _ = writeln!(
            self.body,
            r#"<path d="{path}" stroke="{stroke}" fill="none" {rest}/>"#
        );
    }

    /// A rectangle between two corners, never too thin to be seen.
    pub(super) fn rect(&mut self, from: (f64, f64), to: (f64, f64), rest: &str) {
        let wide = (to.0 - from.0).max(2.0);
        let _ = writeln!(
            self.body,
            r#"<rect x="{:.1}" y="{:.1}" width="{wide:.1}" height="{:.1}" {rest}/>"#,
            from.0,
            from.1,
            to.1 - from.1
        );
    }
}

/// The colour of a locked file.
pub(super) fn lock_colour(at: usize) -> &'static str {
    LOCKS.get(at % LOCKS.len()).copied().unwrap_or(QUIET)
}

/// How wide a text of small letters is, at most.
pub(super) fn wide(text: &str, size: u32) -> f64 {
    columns(text) as f64 * f64::from(size) * 0.58
}

/// The number of a finding.
pub(super) fn badge(canvas: &mut Canvas, (x, y): (f64, f64), number: &str) {
    let width = wide(number, 11) + 9.0;
    canvas.rect(
        (x, y),
        (x + width, y + 15.0),
        &format!(r#"rx="7" fill="{ACCENT}""#),
    );
    let _ = writeln!(
        canvas.body,
        r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" font-size="11" font-weight="600" fill="#fff">{number}</text>"##,
        x + width / 2.0,
        y + 11.5
    );
}
