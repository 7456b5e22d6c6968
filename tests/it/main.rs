//! Drives the real binary with real processes, each test in a directory of its own.

// What cannot be set up, or is not as it must be, fails the test on the spot.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
// Why a test was skipped, and how many cases there were.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod access;
mod adversity;
mod apart;
mod appended;
mod audits;
mod backups;
mod bad_input;
mod bookings;
mod books;
mod changes;
mod chapter;
#[cfg(feature = "etcd")]
mod cluster;
mod command_line;
mod corpus;
mod craft;
mod crafted;
mod damage;
mod dispositions;
mod doctor;
mod doctor_peer;
mod doctor_stand_in;
mod documents;
mod edited;
mod events;
mod evidence;
mod examples;
mod given_up;
mod harness;
mod hint_words;
mod hints;
mod hostile;
mod hostile_ledgers;
mod init;
mod keys;
mod leftovers;
mod locking;
mod losses;
mod names;
mod newcomers;
mod observer;
mod overtaken;
mod people;
mod preallocation;
mod processes;
mod properties;
mod race;
mod race_check;
mod readers;
mod readme;
mod recovery;
mod recycled;
mod repairs;
mod reset;
mod restores;
mod room;
mod rush;
mod said;
mod secretary;
mod sellers;
#[cfg(feature = "serve")]
mod serve;
mod slips;
mod spreadsheets;
mod steering;
mod stuck;
mod taught;
mod torn_writes;
mod undone;
mod unfinished;
mod unfit;
mod unpublished;
