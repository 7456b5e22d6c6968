//! The race lab: every schedule of a few buyers, run with real processes that go on one step at a time
//! ([`explore`]), and what follows from that: the smallest schedule that a condition holds for ([`find`]),
//! schedules at random ([`sample`]), the odds of a run ([`odds`]). Nothing here knows of drawing.

mod access_set;
mod accesses;
mod buyer;
mod carry;
mod class;
mod commands;
pub mod condition;
mod divergence;
mod enabled;
mod ended_lock;
pub mod explore;
pub mod find;
mod harness;
mod judge_run;
mod left_behind;
pub mod odds;
mod plan;
mod pool;
mod protocol;
mod rng;
mod run;
pub mod sample;
mod sampling;
mod scenario;
mod scenario_judge;
mod schedule;
#[cfg(feature = "etcd")]
mod scratch_cluster;
mod scratch_event;
mod scratch_files;
pub mod selfcheck;
mod state;
mod step;
mod tally;
mod walk;
mod worker;
mod worker_pipe;
mod worker_process;

pub use carry::{CarriedRun, TurnOutcome, carry};
pub use class::{Class, MAX_NAMED};
pub(crate) use protocol::WORKER;
pub use protocol::{Answer, Point, SeenCount, WorkerEnd};
pub use run::{Move, Run, Trial};
pub use scenario::{MAX_PROCESSES, Scenario};
pub use schedule::Schedule;
pub use step::{LabStep, LabSteps, MAX_BUYERS};
pub(crate) use worker::live;
