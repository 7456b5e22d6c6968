//! The commands of a scenario, run by real processes: on what is there before they begin, each on a store whose every call
//! that others could notice is a step.
//!
//! Knows the box office and the store under it; knows nothing of schedules, and of how a run is judged.

mod part;
mod perform;
mod setting;
mod stepped_store;

pub(super) use part::play;
