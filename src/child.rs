//! What a process does that a rush, the lab or the doctor has started.

use std::process::ExitCode;

use crate::{doctor, lab, rush};

/// The work of a child, if this process is one: returns its exit code.
///
/// A [`rush`] of processes, the lab ([`lab::explore`]) and the [`doctor`] start the program that they are given, with
/// a hidden first argument. So a program that gives them its own path asks this before anything else:
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     if let Some(code) = tickets::serve_as_child() {
///         return code;
///     }
///     // …
///     ExitCode::SUCCESS
/// }
/// ```
#[must_use]
pub fn serve_as_child() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next()?;
    let code = match first.to_str()? {
        rush::FORK_SERVER => rush::start_buyers(arguments),
        lab::WORKER => lab::live(arguments),
        doctor::PEER => doctor::serve_peer(arguments),
        _ => return None,
    };
    Some(ExitCode::from(code))
}
