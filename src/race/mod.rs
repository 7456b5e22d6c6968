//! What happened in a run, judged from what it left on disk, or from the evidence that it recorded.

pub mod check;
pub mod evidence;
pub mod proof;

pub mod verdict;
