//! Timelines: in a terminal, and in a file.

use std::io::{self, Write};
use std::path::Path;

use super::args::PictureKind;
use super::screen::{BAD, FAINT, GOOD};
use super::width::columns;
use crate::store::file::output_contents::{PAGE, SVG};
use crate::timeline::{Timeline, Tone, page, pair_svg};
use crate::{Contents, Output, Result, shown};

const PICTURE: Contents = Contents {
    name: "a picture that this program drew",
    is_own: |head| head.starts_with(SVG.as_bytes()),
};

const STEPS: Contents = Contents {
    name: "a page that this program drew",
    is_own: |head| head.starts_with(PAGE.as_bytes()),
};

/// Up to so many buyers, a run is drawn in the terminal too.
pub(super) const DRAWN: usize = 8;

/// The file for a picture, where one is wanted: claimed before anything is done, and none of the event's.
pub(super) fn claim(path: Option<&Path>, event: &Path) -> Result<Option<Output>> {
    let Some(path) = path else { return Ok(None) };
    let contents = match PictureKind::of(path) {
        Some(PictureKind::Page) => STEPS,
        _ => PICTURE,
    };
    Output::claim_of(event, path, contents).map(Some)
}

/// Draws into a file what its name asks for: a picture, or a page that steps through it.
pub(super) fn draw(output: &mut Output, timeline: &Timeline) -> Result<()> {
    let drawn = match PictureKind::of(output.path()) {
        Some(PictureKind::Page) => page(&timeline.title, &[timeline]),
        _ => timeline.to_svg(),
    };
    output.write(drawn.as_bytes())
}

/// The same of two, one page or one picture.
pub(super) fn draw_both(
    output: &mut Output,
    title: &str,
    [one, other]: [&Timeline; 2],
) -> Result<()> {
    let drawn = match PictureKind::of(output.path()) {
        Some(PictureKind::Page) => page(title, &[one, other]),
        _ => pair_svg(one, other),
    };
    output.write(drawn.as_bytes())
}

/// What is said where evidence and a picture are to be one file.
pub(super) const NOT_EVIDENCE: &str = "cannot hold both the evidence and the picture";

/// Which file it was drawn into.
pub(super) fn drawn(out: &mut dyn Write, file: &Path) -> io::Result<()> {
    let file = shown(&file.display().to_string());
    writeln!(out, "{FAINT}timeline{FAINT:#}  {file}")
}

/// Draws a run of a few buyers, as wide as the terminal is.
pub(super) fn small(out: &mut dyn Write, timeline: &Timeline) -> io::Result<()> {
    if timeline.lanes.len() > DRAWN {
        return Ok(());
    }
    for line in timeline.to_sketch(columns()) {
        for piece in &line.pieces {
            let text = &piece.text;
            match piece.tone {
                Tone::Plain => write!(out, "{text}")?,
                Tone::Faint => write!(out, "{FAINT}{text}{FAINT:#}")?,
                Tone::Bad => write!(out, "{BAD}{text}{BAD:#}")?,
                Tone::Good => write!(out, "{GOOD}{text}{GOOD:#}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
