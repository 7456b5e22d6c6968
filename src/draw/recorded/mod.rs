//! A recorded run as a timeline: its evidence, with what was found in it.

mod found;
mod lanes;
mod operations;
mod timeline;
mod versions;

pub use timeline::timeline;
