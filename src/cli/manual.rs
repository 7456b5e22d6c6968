//! `tickets completions` and `tickets man`, both made from the grammar of the command line.

use std::path::Path;

use clap::CommandFactory;

use super::args::Cli;
use super::screen::Screen;
use tickets::{Error, Result};

pub(super) fn completions(shell: clap_complete::Shell, screen: &Screen) -> u8 {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tickets", &mut text);
    screen.bytes(&text);
    0
}

pub(super) fn pages(directory: Option<&Path>, screen: &Screen) -> Result<u8> {
    let command = Cli::command();
    let Some(directory) = directory else {
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = clap_mangen::Man::new(command).render(&mut text);
        screen.bytes(&text);
        return Ok(0);
    };
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory))
        .map_err(|e| Error::io("write the manual here", directory, e))?;
    Ok(0)
}
