//! No store at all: a line appended and synced, by a process that has just opened the file.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::Result;

/// The name of the file.
pub(crate) const FILE: &str = "log.jsonl";

/// Appends a sale. Nothing is undone where that fails.
pub(crate) fn append(directory: &Path, buyer: &str) -> Result<()> {
    let line = json!({"op": "sell", "buyer": buyer, "quantity": 1}).to_string() + "\n";
    let append = || {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(directory.join(FILE))?;
        file.write_all(line.as_bytes())?;
        file.sync_data()
    };
    append().map_err(|error: std::io::Error| format!("could not append: {error}"))
}

/// Who stands in the lines of a file that are whole.
pub(crate) fn buyers(path: &Path) -> Result<Vec<String>> {
    let bytes =
        fs::read(path).map_err(|error| format!("could not read {}: {error}", path.display()))?;
    let lines = bytes.split(|byte| *byte == b'\n');
    let buyer = |line: &[u8]| -> Option<String> {
        let line: Value = serde_json::from_slice(line).ok()?;
        Some(line.get("buyer")?.as_str()?.to_owned())
    };
    Ok(lines.filter_map(buyer).collect())
}

#[cfg(test)]
mod tests {
    use super::{FILE, append, buyers};
    use crate::scratch::Scratch;

    #[test]
    fn lines_that_are_whole_are_read_beside_some_that_are_not() {
        let scratch = Scratch::new().unwrap();
        append(scratch.path(), "one").unwrap();
        let path = scratch.path().join(FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend(b"\0\0\0{\"buyer\":\"half\n");
        std::fs::write(&path, bytes).unwrap();
        append(scratch.path(), "two").unwrap();
        assert_eq!(buyers(&path).unwrap(), ["one", "two"]);
    }
}
