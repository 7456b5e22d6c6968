//! The race lab: every schedule of a few buyers, run with real processes that go on one step at a time
//! ([`explore`]), and what follows from that: the smallest schedule that a condition holds for ([`find`]),
//! schedules at random ([`sample`]), the odds of a run ([`odds`]). Nothing here knows of drawing.

mod access_set;
mod class;
pub mod condition;
pub mod explore;
pub mod find;
mod harness;
pub mod odds;
mod plan;
mod pool;
mod rng;
mod run;
pub mod sample;
pub mod schedule;
pub mod selfcheck;
mod state;
mod tally;
mod walk;
mod worker;

pub use run::{Move, Run, Trial};
pub use worker::{Point, SeenCount, WORKER, WorkerEnd, live};
