//! How wide the terminal is.

use std::io;

/// Where nothing says how wide it is, as in a file.
const USUAL: usize = 80;

/// Below that nothing is drawn any narrower.
const LEAST: usize = 40;

/// How many columns there are: as `$COLUMNS` says, or the terminal on standard output.
pub(super) fn columns() -> usize {
    let told = std::env::var("COLUMNS").ok();
    let told = told.and_then(|columns| columns.parse::<u16>().ok());
    let columns = told.or_else(|| {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
        size.map(|size| size.ws_col)
    });
    match columns {
        None | Some(0) => USUAL,
        Some(columns) => usize::from(columns).max(LEAST),
    }
}
