//! What happened in a run, judged from what it left on disk. Pure: nothing here reads a file.

pub mod timeline;
pub mod verdict;
