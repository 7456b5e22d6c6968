//! `tickets`: a booking office in a file.

mod cli;

use std::process::ExitCode;
use std::sync::Arc;

use signal_hook::flag;
use tickets::{doctor, race, rush};

fn main() -> ExitCode {
    // A write beyond a limit of file size (`ulimit -f`) is an error then, as on a full disk, and not the
    // end of the process; forked buyers inherit that.
    let _ = flag::register(libc::SIGXFSZ, Arc::default());
    let mut arguments = std::env::args_os().skip(1);
    let code = match arguments.next() {
        Some(first) if first == rush::FORK_SERVER => rush::start_buyers(arguments),
        Some(first) if first == race::RACER => race::live(arguments),
        Some(first) if first == doctor::PEER => doctor::serve_peer(arguments),
        _ => cli::run(),
    };
    ExitCode::from(code)
}
