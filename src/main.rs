//! `tickets`: a booking office in a file.

use std::process::ExitCode;

fn main() -> ExitCode {
    tickets::cli::main()
}
