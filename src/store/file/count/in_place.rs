//! Writing a file over: what must not be done to a file that others read, and is shown in the race lab.

use std::fs::OpenOptions;
use std::path::Path;

use crate::error::{Error, Result};

use std::io::Write as _;

/// Cuts the file to nothing, and writes the bytes. In between, `between` is called, and a process that reads
/// finds an empty file.
pub(crate) fn write(path: &Path, bytes: &[u8], between: &mut dyn FnMut()) -> Result<()> {
    let problem = |e| Error::io("write over", path, e);
    let mut options = OpenOptions::new();
    let file = options.write(true).truncate(true).open(path);
    let mut file = file.map_err(problem)?;
    between();
    file.write_all(bytes).map_err(problem)
}
