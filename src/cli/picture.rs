//! Timelines: in a terminal, and in a file.

use std::io::{self, Write};

use super::screen::{BAD, FAINT, GOOD};
use tickets::race::timeline::{Timeline, Tone};

/// Up to so many buyers, a run is drawn in the terminal too.
pub(super) const DRAWN: usize = 8;

/// Draws a run of a few buyers.
pub(super) fn small(out: &mut dyn Write, timeline: &Timeline) -> io::Result<()> {
    if timeline.lanes.len() > DRAWN {
        return Ok(());
    }
    for line in timeline.to_sketch() {
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
