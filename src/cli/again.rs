//! The command line as it was given, for another event.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::hint::EventFlag;
use crate::shown::quoted_word;

/// The same command line, in quotes, of this event.
pub(super) fn of(event: &Path) -> String {
    let words = without_event(std::env::args_os().skip(1));
    EventFlag::named(event.as_os_str()).command_line(&words)
}

/// The words of the same command line from the command's name on, with this id for the name that stood there; what stood
/// before the command comes last.
pub(super) fn with_id(command: &str, name: &str, id: &str) -> String {
    let mut words = without_event(std::env::args_os().skip(1));
    let at = words.iter().position(|word| word == command);
    words.rotate_left(at.unwrap_or_default());
    if let Some(word) = words.iter_mut().find(|word| *word == name) {
        *word = id.into();
    }
    let words = words.iter().map(|word| quoted_word(word));
    words.collect::<Vec<_>>().join(" ")
}

/// All of it but what names the event: `-f FILE`, `-fFILE`, `--file FILE`, `--file=FILE`.
fn without_event(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let (mut kept, mut words) = (Vec::new(), words);
    while let Some(word) = words.next() {
        let bytes = word.as_bytes();
        // No option stands behind it.
        if bytes == b"--" {
            kept.push(word);
            kept.extend(words.by_ref());
            continue;
        }
        // The options of one letter that take no value may stand before it.
        let quiet = bytes.strip_prefix(b"-").map(|it| {
            let flags = it.iter().take_while(|byte| **byte == b'q').count();
            it.split_at(flags)
        });
        if bytes == b"--file" || matches!(quiet, Some((_, b"f"))) {
            words.next();
        }
        match quiet {
            Some(([], [b'f', ..])) => {}
            Some((flags, [b'f', ..])) => {
                kept.push(OsStr::from_bytes(&[b"-", flags].concat()).to_owned());
            }
            _ if bytes == b"--file" || bytes.starts_with(b"--file=") => {}
            _ => kept.push(word),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_kept_but_the_event() {
        for (line, kept) in [
            ("-f a.json book ann -n 2", "book ann -n 2"),
            ("book --file a.json ann", "book ann"),
            ("book --file=a.json ann", "book ann"),
            ("book -fa.json ann", "book ann"),
            ("-qf a.json book ann", "-q book ann"),
            ("-q book ann", "-q book ann"),
            ("book --for 2h -- -f", "book --for 2h -- -f"),
            ("query -f", "query"),
        ] {
            let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
            assert_eq!(
                without_event(words(line).into_iter()),
                words(kept),
                "{line}"
            );
        }
    }
}
