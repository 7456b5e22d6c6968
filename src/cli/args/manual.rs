//! The grammar of what the program says about itself: completions and the manual.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Where to write a page for each command: a directory, with a / in its name where it is to be made; the name of a command: its page alone, on stdout
    #[arg(value_name = "DIRECTORY|COMMAND")]
    pub(crate) directory: Option<PathBuf>,
}
