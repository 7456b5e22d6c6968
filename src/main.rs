//! `tickets`: a booking office in a file.

mod cli;

use std::process::ExitCode;

use tickets::{doctor, rush};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let code = match arguments.next() {
        Some(first) if first == rush::NURSERY => rush::start_buyers(arguments),
        Some(first) if first == doctor::WITNESS => doctor::bear_witness(arguments),
        _ => cli::run(),
    };
    ExitCode::from(code)
}
