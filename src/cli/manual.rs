//! `tickets completions` and `tickets man`, both made from the grammar of the command line.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use serde::Serialize;

use super::args::Cli;
use super::screen::Screen;
use crate::plural::count;
use crate::{Contents, Error, Kind, Output, Result, shown};

/// How a page begins.
const MARK: &str = ".\\\" made by tickets man\n";

const PAGE: Contents = Contents {
    name: "a page that this program made",
    is_own: |head| head.starts_with(MARK.as_bytes()),
};

pub(super) fn completions(shell: clap_complete::Shell, screen: &Screen) -> u8 {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tickets", &mut text);
    screen.bytes(&text);
    0
}

pub(super) fn pages(directory: Option<&Path>, screen: &Screen) -> Result<u8> {
    let Some(directory) = directory else {
        if screen.json {
            let message = "a page is no JSON: --json is for 'tickets man DIRECTORY'";
            return Err(Error::new(Kind::Usage, message).hint("see 'tickets man --help'"));
        }
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = Man::new(Cli::command()).render(&mut text);
        screen.bytes(&text);
        return Ok(0);
    };
    std::fs::create_dir_all(directory)
        .map_err(|e| Error::io("write the manual here", directory, e))?;
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let mut pages = Vec::new();
    add(&whole, &mut pages);
    // All are claimed before one is written.
    let claimed = pages.into_iter().map(|page| {
        let path = directory.join(page.get_filename());
        Ok((Output::claim(&path, PAGE)?, page))
    });
    let claimed = claimed.collect::<Result<Vec<_>>>()?;
    let written = claimed.len();
    for (mut output, page) in claimed {
        let mut text = MARK.as_bytes().to_vec();
        let _ = page.render(&mut text);
        output.write(&text)?;
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

/// A page for a command, and for each below it.
fn add(command: &clap::Command, pages: &mut Vec<Man>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        add(sub, pages);
    }
    pages.push(Man::new(command.clone()));
}

#[derive(Serialize)]
struct ManDocument {
    ok: bool,
    command: &'static str,
    directory: String,
    pages: usize,
}
