//! Drives the real binary with real processes, each test in a directory of its own.

mod bad_input;
mod command_line;
mod harness;
mod locking;
mod processes;
mod readers;
mod recovery;
mod reset;
mod rush;
