//! The text of a list: a file that is no UTF-8 is told with what it is instead, and the way out.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::super::args::ImportArgs;
use super::super::hint::quoted;
use super::super::screen::Screen;
use super::again::again;
use crate::guest_list::MARK;
use crate::{Error, Kind, Result, shown};

/// The largest list, in bytes.
const LARGEST: u64 = 256 << 20;

/// So many letters of a line are told.
const TOLD: usize = 40;

/// Standard input is meant.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The mark that some programs begin UTF-8 with, if this text has it, and the rest.
pub(super) fn without_mark(text: &str) -> (&str, &str) {
    let mark = if text.starts_with(MARK) {
        MARK.len()
    } else {
        0
    };
    text.split_at_checked(mark).unwrap_or(("", text))
}

/// All of a list of this batch.
///
/// # Errors
/// [`Kind::Usage`]: it is too large, or no UTF-8.
pub(super) fn read(arguments: &ImportArgs, batch: &str, screen: &Screen) -> Result<String> {
    let path = &arguments.list;
    let bytes = bytes(path)?;
    String::from_utf8(bytes).map_err(|error| {
        let wrong = error.utf8_error().valid_up_to();
        let (error, encoding) = no_utf8(error.as_bytes(), wrong, path);
        error.hint(way_out(encoding, (arguments, batch), screen))
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let problem = |e| {
        let error = Error::io("read", path, e);
        if path.is_dir() {
            return error.hint(
                "nothing was sold; a list is a file; 'tickets restore DIR' puts a backup back",
            );
        }
        error
    };
    let mut bytes = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        let file = File::open(path).map_err(problem)?;
        BufReader::new(file)
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)
    };
    if read.map_err(problem)? as u64 > LARGEST {
        let message = format!("is larger than the {} MiB that are read", LARGEST >> 20);
        return Err(Error::new(Kind::Usage, message).at(path, 0, 0));
    }
    Ok(bytes)
}

/// What it is instead, and in which encoding, as far as its first bytes and the first wrong one, at `wrong`, tell.
fn no_utf8(bytes: &[u8], wrong: usize, path: &Path) -> (Error, Option<&'static str>) {
    let usage = |message: String, line| Error::new(Kind::Usage, message).at(path, line, 0);
    if bytes.starts_with(b"PK\x03\x04") {
        let message = "is not UTF-8 text, but perhaps a spreadsheet's own file";
        return (usage(message.to_owned(), 0), None);
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let message = "is not UTF-8 text, but UTF-16";
        return (usage(message.to_owned(), 0), Some("UTF-16"));
    }
    let before = bytes.get(..wrong).unwrap_or_default();
    let newlines = memchr::memchr_iter(b'\n', before).count();
    let start = before.iter().rposition(|byte| *byte == b'\n');
    let line = bytes.get(start.map_or(0, |at| at + 1)..);
    // Each byte is a letter of Latin-1.
    let line = line.unwrap_or_default().iter();
    let line = line.take_while(|byte| !b"\r\n".contains(byte));
    let line: String = line.map(|byte| char::from(*byte)).take(TOLD).collect();
    let message = format!(
        "is not UTF-8 text, but perhaps Latin-1: \"{}\"",
        shown(&line)
    );
    let error = usage(message, newlines as u64 + 1);
    (error, Some("WINDOWS-1252"))
}

/// What a list is called that is written anew in UTF-8.
pub(super) fn in_utf8(list: &Path) -> PathBuf {
    let ending = list.extension().unwrap_or_default();
    list.with_extension(format!("utf8.{}", ending.to_string_lossy()))
}

/// How it is written anew; of the same batch, so that what was sold of it before is not sold again.
fn way_out(
    encoding: Option<&str>,
    (arguments, batch): (&ImportArgs, &str),
    screen: &Screen,
) -> String {
    let path = &arguments.list;
    let Some(encoding) = encoding else {
        return "nothing was sold; save it as CSV, in UTF-8".to_owned();
    };
    let iconv = format!("iconv -f {encoding} -t UTF-8");
    if is_stdin(path) {
        return format!("nothing was sold; send it through {iconv}");
    }
    let anew = in_utf8(path);
    let import = screen.command(&again(arguments, &anew, batch));
    let [name, anew] = [path.as_os_str(), anew.as_os_str()].map(quoted);
    format!(
        "nothing was sold; save it as CSV in UTF-8, or {iconv} {name} > {anew}, and then {import}"
    )
}
