//! `tickets man`: the manual, made from the grammar of the command line.
//!
//! Knows commands and their help; knows nothing of what a command does.

mod page;
mod prose;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use clap::CommandFactory;
use serde::Serialize;

use super::args::Cli;
use super::hint::quoted;
use super::nearby::slips;
use super::screen::Screen;
use crate::plural::count;
use crate::{Contents, Error, Kind, Output, Result, shown};
use page::ManualPage;

/// How a page begins.
const MARK: &str = ".\\\" made by tickets man\n";

const PAGE: Contents = Contents {
    name: "a page that this program made",
    is_own: |head| head.starts_with(MARK.as_bytes()),
};

/// Writes a page for each command into the directory; without one, all of them to stdout, one after the other. The name
/// of a command is no directory: its page alone is printed.
pub(super) fn pages(directory: Option<&Path>, screen: &Screen) -> Result<u8> {
    let pages = all();
    let Some(directory) = directory else {
        return printed(&pages, screen);
    };
    if let Some(page) = named(&pages, directory) {
        return printed(std::slice::from_ref(page), screen);
    }
    if !has_slash(directory) && !directory.exists() {
        return Err(neither(&pages, directory));
    }
    std::fs::create_dir_all(directory)
        .map_err(|e| Error::io("write the manual here", directory, e))?;
    // All are claimed before one is written.
    let claimed = pages.iter().map(|page| {
        let path = directory.join(page.file_name());
        Ok((Output::claim(&path, PAGE)?, page))
    });
    let claimed = claimed.collect::<Result<Vec<_>>>()?;
    let written = claimed.len();
    for (mut output, page) in claimed {
        output.write(&[MARK.as_bytes(), &page.render()].concat())?;
    }
    let document = ManDocument {
        ok: true,
        command: "man",
        directory: directory.display().to_string(),
        pages: written,
    };
    screen.result(&document, |out| {
        let (pages, place) = (count(written as u64, "page"), shown(&document.directory));
        writeln!(out, "{pages} written to {place}")
    });
    Ok(0)
}

/// Writes pages to stdout.
fn printed(pages: &[ManualPage], screen: &Screen) -> Result<u8> {
    if screen.json {
        let message = "a page is no JSON: --json is for 'tickets man DIRECTORY'";
        return Err(Error::new(Kind::Usage, message).hint("see 'tickets man --help'"));
    }
    let texts = pages.iter().map(ManualPage::render);
    screen.bytes(&texts.collect::<Vec<_>>().concat());
    if let ([page], true) = (pages, io::stdout().is_terminal()) {
        let name = page.name().trim_start_matches("tickets-");
        let note = format!("'tickets man {name} | man -l -' shows it as a page");
        screen.notes(&[note]);
    }
    Ok(0)
}

fn has_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().contains(&b'/')
}

/// The error of a word that is no command, nor a directory: one that is made by it was meant for a command more often.
fn neither(pages: &[ManualPage], word: &Path) -> Error {
    let text = word.to_string_lossy();
    let names = pages
        .iter()
        .map(|page| page.name().trim_start_matches("tickets-"));
    let likest = names.map(|name| (slips(&text, name), name)).min();
    let meant = likest.filter(|(slips, _)| *slips <= 2 && slips * 3 <= text.chars().count());
    let meant = meant.map_or_else(String::new, |(_, name)| {
        format!("did you mean 'tickets man {name}'? ")
    });
    let place = quoted(Path::new(".").join(word).as_os_str());
    let error = Error::new(Kind::Usage, "is neither a command nor a directory").at(word, 0, 0);
    error.hint(format!(
        "{meant}a directory that is to be made is named with a /: 'tickets man {place}'"
    ))
}

/// The page of the command that is called so: `book`, `race-prove`, `tickets-book`.
fn named<'p>(pages: &'p [ManualPage], word: &Path) -> Option<&'p ManualPage> {
    let word = word.to_str()?;
    pages.iter().find(|page| {
        let name = page.name();
        name == word || name.strip_prefix("tickets-") == Some(word)
    })
}

/// The program's page, then one for each command and for each below it.
fn all() -> Vec<ManualPage> {
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let mut pages = Vec::new();
    add(&whole, None, &mut pages);
    pages
}

fn add(command: &clap::Command, above: Option<&str>, pages: &mut Vec<ManualPage>) {
    let page = ManualPage::of(command, above);
    let name = page.name().to_owned();
    pages.push(page);
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        add(sub, Some(&name), pages);
    }
}

#[derive(Serialize)]
struct ManDocument {
    ok: bool,
    command: &'static str,
    directory: String,
    pages: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of pages that a page refers to, as in `tickets-buy(1)`.
    fn referred(text: &str) -> Vec<String> {
        let text = text.replace("\\-", "-");
        let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
        let ends = text.match_indices("(1)").map(|(at, _)| at);
        let name = |end: usize| {
            let before = text[..end].trim_end_matches("\\fR");
            let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
            before[start..].to_owned()
        };
        ends.map(name)
            .filter(|name| name.starts_with("tickets"))
            .collect()
    }

    #[test]
    fn every_page_has_its_sections_and_refers_to_pages_that_are_there() {
        let pages = all();
        let names: Vec<_> = pages.iter().map(ManualPage::name).collect();
        assert!(names.len() > 20, "{names:?}");
        for page in &pages {
            let text = String::from_utf8(page.render()).unwrap();
            let name = page.name();
            for section in [
                "NAME",
                "SYNOPSIS",
                "DESCRIPTION",
                "OPTIONS",
                "EXIT STATUS",
                "ENVIRONMENT",
                "FILES",
                "EXAMPLES",
                "SEE ALSO",
            ] {
                let heading = format!("\n.SH \"{section}\"\n");
                let plain = format!("\n.SH {section}\n");
                let is_there = text.contains(&heading) || text.contains(&plain);
                // What works on no event has no files.
                assert!(is_there || section == "FILES", "{name} {section}\n{text}");
            }
            assert!(
                !text.contains("EXTRA") && !text.contains("\u{2026}"),
                "{name}"
            );
            let referred = referred(&text);
            assert!(!referred.is_empty(), "{name}");
            for other in referred {
                assert!(names.contains(&other.as_str()), "{name} refers to {other}");
            }
        }
    }
}
