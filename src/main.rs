//! `tickets`: a booking office in a file.

mod cli;

use std::process::ExitCode;

use tickets::rush;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // Thousands of buyers are started by a rush: they go past the command line's parser.
    let code = if arguments.next().is_some_and(|first| first == rush::BUYER) {
        rush::be_a_buyer(arguments.next().as_deref())
    } else {
        cli::run()
    };
    ExitCode::from(code)
}
