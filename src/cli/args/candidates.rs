//! What may stand where something is being typed: the sales and the events that are there.

use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap_complete::engine::CompletionCandidate;

use super::value::{DEFAULT_FILE, FILE_VARIABLE};
use crate::BoxOffice;

/// So many candidates are told at most: nobody reads more.
const MOST: usize = 200;

/// The sales whose id begins so, and that are not cancelled; the latest first.
pub(super) fn sale_ids(begun: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = Found::beginning(begun);
    if let Ok(office) = BoxOffice::at(event(std::env::args_os())) {
        // An event that does not add up has no sales to choose from.
        let _ = office.sales(None, &mut |sale| {
            found.add(sale.id, sale.valid, sale.buyer);
            ControlFlow::Continue(())
        });
    }
    found.latest_first()
}

/// The same of open holds.
pub(super) fn hold_ids(begun: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = Found::beginning(begun);
    if let Ok(office) = BoxOffice::at(event(std::env::args_os())) {
        let _ = office.open_holds(None, &mut |hold| {
            found.add(hold.id, hold.quantity, hold.buyer);
            ControlFlow::Continue(())
        });
    }
    found.latest_first()
}

/// Ids that begin as what was typed, in the order of the ledger.
struct Found<'b> {
    begun: Option<&'b str>,
    ids: Vec<CompletionCandidate>,
}

impl<'b> Found<'b> {
    fn beginning(begun: &'b OsStr) -> Self {
        Self {
            begun: begun.to_str(),
            ids: Vec::new(),
        }
    }

    fn add(&mut self, id: &str, quantity: u64, buyer: &str) {
        if quantity > 0 && self.begun.is_some_and(|begun| id.starts_with(begun)) {
            let help = format!("{quantity} for {buyer}");
            if self.ids.len() == 2 * MOST {
                self.ids.drain(..MOST);
            }
            let candidate = CompletionCandidate::new(id);
            self.ids
                .push(candidate.help(Some(crate::shown(&help).into())));
        }
    }

    fn latest_first(mut self) -> Vec<CompletionCandidate> {
        self.ids.reverse();
        self.ids.truncate(MOST);
        let ids = self.ids.into_iter().enumerate();
        ids.map(|(at, id)| id.display_order(Some(at))).collect()
    }
}

/// Events beside what was typed: files that have a ledger, or are called `*.json`; and directories.
pub(super) fn events(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begun = Path::new(begun);
    let ends_in_slash = begun.as_os_str().as_encoded_bytes().ends_with(b"/");
    let (directory, name) = match (begun.parent(), begun.file_name()) {
        (Some(parent), Some(name)) if !ends_in_slash => (parent, name),
        _ => (begun, OsStr::new("")),
    };
    let looked = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let Ok(entries) = std::fs::read_dir(looked) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.flatten().take(10_000) {
        let own = entry.file_name();
        let bytes = own.as_encoded_bytes();
        if !bytes.starts_with(name.as_encoded_bytes())
            || (name.is_empty() && bytes.starts_with(b"."))
        {
            continue;
        }
        let path = directory.join(&own);
        if looked.join(&own).is_dir() {
            let mut text = path.into_os_string();
            text.push("/");
            found.push(CompletionCandidate::new(text));
        } else if is_event(&looked.join(&own)) {
            found.push(CompletionCandidate::new(path));
        }
    }
    found.truncate(MOST);
    found
}

/// Whether a file is called as a count is, and not as what stands beside one.
fn is_event(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else {
        return false;
    };
    let has_ledger = || {
        let stem = name.strip_suffix(".json").unwrap_or(name);
        path.with_file_name(format!("{stem}.ledger.jsonl"))
            .is_file()
    };
    let is_beside = [".broken-", ".replaced-"]
        .iter()
        .any(|part| name.contains(part));
    !is_beside && (path.extension() == Some(OsStr::new("json")) || has_ledger())
}

/// The event that the words on the command line name so far.
fn event(words: impl Iterator<Item = OsString>) -> PathBuf {
    // Before the first `--` stands the program, behind it what was typed.
    let mut words = words.skip_while(|word| word != "--").skip(1).peekable();
    let mut named = None;
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else { continue };
        if text == "-f" || text == "--file" {
            named = words.next().map(PathBuf::from);
        } else if let Some(value) = text.strip_prefix("--file=") {
            named = Some(PathBuf::from(value));
        } else if let Some(value) = text.strip_prefix("-f").filter(|value| !value.is_empty()) {
            named = Some(PathBuf::from(value.trim_start_matches('=')));
        }
    }
    let variable = || std::env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty());
    named
        .or_else(|| variable().map(PathBuf::from))
        .unwrap_or_else(|| DEFAULT_FILE.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_the_one_that_the_words_name() {
        let named = |words: &[&str]| {
            let all = ["tickets", "--", "tickets"].iter().chain(words);
            event(all.map(OsString::from))
        };
        assert_eq!(named(&["cancel", "7"]), Path::new("data/tickets.json"));
        for words in [
            &["-f", "a.json", "cancel", ""][..],
            &["cancel", "--file", "a.json", ""],
            &["cancel", "--file=a.json", ""],
            &["-fa.json", "cancel", ""],
        ] {
            assert_eq!(named(words), Path::new("a.json"), "{words:?}");
        }
    }
}
