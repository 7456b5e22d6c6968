//! A recorded run as a timeline: its evidence, with what was found in it.
//!
//! Knows evidence and its findings; knows nothing of files, pictures and terminals.

mod found;
mod lanes;
mod locks;
mod of_end;
mod operations;
mod timeline;
mod versions;

pub use timeline::timeline;

#[cfg(test)]
mod tests;
