//! What happened in a run, judged from what it left on disk ([`verdict`]: pure), and what can happen: the
//! race lab, which runs every schedule of a few buyers with real processes.

mod arena;
pub mod explore;
mod racer;
pub mod schedule;
pub mod selfcheck;
pub mod timeline;
pub mod verdict;

pub use arena::{Move, Run, Trial};
pub use racer::{End, Point, RACER, Seen, live};
