//! What strace saw a program do to the files of an event.

use std::collections::{HashMap, HashSet};

/// The calls that change an event's files, sync them, or answer.
pub(crate) const CALLS: &str = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat";

/// How strace is to write: all bytes, in hexadecimal, and the file behind each handle.
pub(crate) const STYLE: [&str; 4] = ["-y", "-xx", "-s", "1000000"];

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Opened by name, and created if it was not there.
    Create(String),
    /// Written where the file ended, or at an offset; `direct`: past the page cache.
    Write {
        file: String,
        at: Option<u64>,
        bytes: Vec<u8>,
        direct: bool,
    },
    /// Cut, or made longer.
    Truncate { file: String, length: u64 },
    /// Synced; the empty name is the directory's. `false`: that failed.
    Sync { file: String, done: bool },
    /// A name given to another file, or two names swapped.
    Rename {
        from: String,
        to: String,
        exchange: bool,
    },
    /// A second name.
    Link { from: String, to: String },
    /// A name taken away.
    Unlink(String),
    /// Written to standard output.
    Answer(Vec<u8>),
}

/// A deed, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Whose it is.
    pub(crate) process: u32,
    pub(crate) deed: Deed,
    /// How many events had come before it began.
    pub(crate) began: usize,
}

impl Event {
    /// Whether it says that something is done.
    pub(crate) fn is_an_answer(&self) -> bool {
        matches!(&self.deed, Deed::Answer(text) if text.starts_with(b"{\"ok\":true"))
    }
}

/// Reads a trace in [`STYLE`], of the files in this directory.
pub(crate) fn parse(trace: &str, directory: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut unfinished = HashMap::<u32, (String, usize)>::new();
    // The handles of each process that go past the page cache.
    let mut direct = HashSet::<(u32, String)>::new();
    for line in trace.lines() {
        let Some((process, rest)) = line.split_once(' ') else {
            continue;
        };
        let Ok(process) = process.parse() else {
            continue;
        };
        let mut rest = rest.trim_start().to_owned();
        let mut began = events.len();
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            unfinished.insert(process, (start.trim_end().to_owned(), began));
            continue;
        }
        if rest.starts_with("<... ") {
            let Some((start, at)) = unfinished.remove(&process) else {
                continue;
            };
            let (_, end) = rest.split_once(" resumed>").unwrap_or_default();
            (rest, began) = (start + end, at);
        }
        if let Some((opened, fd)) = opened(&rest) {
            let handle = (process, fd);
            if opened.contains("O_DIRECT") && !opened.contains("O_DIRECTORY") {
                direct.insert(handle);
            } else {
                direct.remove(&handle);
            }
        }
        let (_, arguments) = rest.split_once('(').unwrap_or_default();
        let (fd, _) = arguments.split_once('<').unwrap_or_default();
        let is_direct = direct.contains(&(process, fd.to_owned()));
        if let Some(deed) = deed(&rest, directory, is_direct) {
            events.push(Event {
                process,
                deed,
                began,
            });
        }
    }
    events
}

/// The arguments of a call and what it returned; blanks may stand between the two.
fn returned(call: &str) -> Option<(&str, &str)> {
    let (arguments, result) = call.rsplit_once(" = ")?;
    Some((arguments.trim_end().strip_suffix(')')?, result))
}

/// How a file was opened, and its handle.
fn opened(line: &str) -> Option<(&str, String)> {
    let (how, result) = returned(line.strip_prefix("openat(")?)?;
    let fd: String = result.chars().take_while(char::is_ascii_digit).collect();
    (!fd.is_empty()).then_some((how, fd))
}

/// A text as [`STYLE`] has it.
pub(crate) fn hex(text: &str) -> String {
    let one = |hex: String, byte: u8| hex + &format!("\\x{byte:02x}");
    text.bytes().fold(String::new(), one)
}

/// A text between quotes or angle brackets, with its bytes written `\x7b`.
fn unescape(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits
        .filter_map(|two| u8::from_str_radix(two.get(..2)?, 16).ok())
        .collect()
}

/// The name of a file of the event: empty for the directory itself.
fn name(path: &[u8], directory: &str) -> Option<String> {
    let path = String::from_utf8_lossy(path).replace("/./", "/");
    let path = path.strip_prefix(directory)?;
    let name = path.trim_start_matches('/');
    (!name.contains('/')).then(|| name.trim_end_matches('.').to_owned())
}

fn deed(line: &str, directory: &str, direct: bool) -> Option<Deed> {
    let (call, rest) = line.split_once('(')?;
    let (arguments, result) = returned(rest)?;
    let result: i64 = result.split([' ', '<']).next()?.parse().ok()?;
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    // A path in quotes.
    let path = |at: usize| name(&unescape(argument(at).strip_prefix('"')?), directory);
    // The file behind a handle, as in `4<\x2f…>`.
    let handle = |at: usize| name(&unescape(argument(at).split_once('<')?.1), directory);
    let bytes = |at: usize| {
        let mut bytes = unescape(argument(at));
        bytes.truncate(usize::try_from(result).unwrap_or_default());
        bytes
    };
    let sync = ["fsync", "fdatasync"].contains(&call);
    // A sync that a signal interrupted is tried again, and tells nothing about the disk.
    if result < 0 && (!sync || line.contains("EINTR")) {
        return None;
    }
    Some(match call {
        "openat" if argument(2).contains("O_CREAT") => Deed::Create(path(1)?),
        "write" if argument(0).starts_with("1<") => Deed::Answer(bytes(1)),
        "write" => Deed::Write {
            file: handle(0)?,
            at: None,
            bytes: bytes(1),
            direct,
        },
        "pwrite64" => Deed::Write {
            file: handle(0)?,
            at: Some(argument(3).parse().ok()?),
            bytes: bytes(1),
            direct,
        },
        "ftruncate" => Deed::Truncate {
            file: handle(0)?,
            length: argument(1).parse().ok()?,
        },
        _ if sync => Deed::Sync {
            file: handle(0)?,
            done: result == 0,
        },
        _ => return named(call, &path, argument(4)),
    })
}

/// What a call does to names; `path`: that of an argument.
fn named(call: &str, path: &impl Fn(usize) -> Option<String>, flags: &str) -> Option<Deed> {
    Some(match call {
        "rename" => Deed::Rename {
            from: path(0)?,
            to: path(1)?,
            exchange: false,
        },
        "renameat" | "renameat2" => Deed::Rename {
            from: path(1)?,
            to: path(3)?,
            exchange: flags.contains("RENAME_EXCHANGE"),
        },
        "link" => Deed::Link {
            from: path(0)?,
            to: path(1)?,
        },
        "linkat" => Deed::Link {
            from: path(1)?,
            to: path(3)?,
        },
        "unlink" => Deed::Unlink(path(0)?),
        "unlinkat" => Deed::Unlink(path(1)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
