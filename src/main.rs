//! `tickets`: a booking office in a file.

mod cli;

use std::process::ExitCode;

use tickets::rush;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let code = if arguments.next().is_some_and(|first| first == rush::NURSERY) {
        rush::start_buyers(arguments)
    } else {
        cli::run()
    };
    ExitCode::from(code)
}
