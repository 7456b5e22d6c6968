//! `tickets completions`: what a shell reads so that it asks the program itself for completions.

use clap_complete::env::{CompleteEnv, Shells};

use super::args;
use super::screen::Screen;

/// Names the shell that asks.
const VARIABLE: &str = "TICKETS_COMPLETE";

/// Loaded by its name, as from a directory of `$fpath`, the text is run at the first key, which wants its completions, too.
const ZSH_FIRST_KEY: &[u8] =
    b"[[ $funcstack[1] != _tickets ]] || _clap_dynamic_completer_tickets \"$@\"\n";

/// Writes what the shell is to read.
pub(super) fn registration(shell: clap_complete::Shell, screen: &Screen) -> u8 {
    let mut text = Vec::new();
    let shells = Shells::builtins();
    if let Some(shell) = shells.completer(&shell.to_string()) {
        // Writing to memory does not fail.
        let _ = shell.write_registration(VARIABLE, "tickets", "tickets", "tickets", &mut text);
    }
    if shell == clap_complete::Shell::Zsh {
        text.extend_from_slice(ZSH_FIRST_KEY);
    }
    screen.bytes(&text);
    0
}

/// Answers a shell that asks; `None`: none does. Returns the exit code.
pub(super) fn answer() -> Option<u8> {
    std::env::var_os(VARIABLE)?;
    let complete = CompleteEnv::with_factory(args::grammar).var(VARIABLE);
    let here = std::env::current_dir().ok();
    match complete.try_complete(std::env::args_os(), here.as_deref()) {
        Ok(true) => Some(0),
        Ok(false) => None,
        Err(_) => Some(2),
    }
}
