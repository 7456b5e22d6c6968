//! What happened in a run, judged from what it left on disk ([`verdict`]) or from the evidence that it recorded
//! ([`check`]): both pure. And what can happen: the race lab ([`explore`]), which runs every schedule of a few
//! buyers with real processes. [`timeline`] draws either.

mod arena;
pub mod check;
mod class;
pub mod condition;
mod crew;
mod draw;
pub mod evidence;
pub mod explore;
pub mod find;
mod footprint;
pub mod odds;
mod plan;
pub mod proof;
mod racer;
mod recorded;
mod run;
pub mod sample;
pub mod schedule;
pub mod selfcheck;
mod state;
mod tally;
pub mod timeline;
pub mod verdict;
mod walk;

pub use draw::timeline as draw;
pub use racer::{End, Point, Seen};
pub(crate) use racer::{RACER, live};
pub use recorded::timeline as draw_recorded;
pub use run::{Move, Run, Trial};
