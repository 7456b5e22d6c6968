//! How wide the terminal is.

use std::io::{self, Write};

use crate::shown;

/// Where nothing says how wide it is, as in a file.
const USUAL: usize = 80;

/// Below that nothing is drawn any narrower.
const LEAST: usize = 40;

/// How many columns there are, where anything says so: `$COLUMNS`, or the terminal on standard output.
pub(super) fn told() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok();
    let said = said.and_then(|columns| columns.parse::<u16>().ok());
    let columns = said.or_else(|| {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
        size.map(|size| size.ws_col)
    });
    match columns {
        None | Some(0) => None,
        Some(columns) => Some(usize::from(columns).max(LEAST)),
    }
}

/// How many columns there are: as `$COLUMNS` says, or the terminal on standard output.
pub(super) fn columns() -> usize {
    told().unwrap_or(USUAL)
}

/// A text in lines of so many columns; `width` is what stands before it in the first of them.
pub(super) fn wrapped(
    out: &mut dyn Write,
    text: &str,
    mut width: usize,
    columns: usize,
) -> io::Result<()> {
    const INDENT: usize = 6;
    for (at, word) in shown(text).split(' ').enumerate() {
        let wide = word.chars().count() + usize::from(at > 0);
        if at > 0 && width + wide > columns {
            write!(out, "\n{:INDENT$}{word}", "")?;
            width = INDENT + wide - 1;
        } else {
            write!(out, "{}{word}", if at > 0 { " " } else { "" })?;
            width += wide;
        }
    }
    writeln!(out)
}

/// A command line to be copied, behind what takes so many columns. Where it is too long for one line a shell reads on:
/// behind a backslash, and within quotes, where a schedule may go on in the next line.
pub(super) fn command(
    out: &mut dyn Write,
    line: &str,
    indent: usize,
    columns: usize,
) -> io::Result<()> {
    let columns = columns.saturating_sub(" \\".len());
    let (mut width, mut quoted) = (indent, false);
    for (at, word) in line.split(' ').enumerate() {
        let wide = word.chars().count() + usize::from(at > 0);
        let breaks = at > 0 && width + wide > columns;
        match (breaks, quoted) {
            (false, _) if at > 0 => write!(out, " {word}")?,
            (false, _) => write!(out, "{word}")?,
            (true, true) => write!(out, "\n{:indent$}{word}", "")?,
            (true, false) => write!(out, " \\\n{:indent$}{word}", "")?,
        }
        width = if breaks {
            indent + wide - 1
        } else {
            width + wide
        };
        quoted ^= word.matches('\'').count() % 2 == 1;
    }
    writeln!(out)
}
