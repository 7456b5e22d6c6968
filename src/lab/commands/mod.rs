//! The commands of a scenario, run by real processes: on what is there before they begin, each on a store whose every call
//! that others could notice is a step.

mod part;
mod perform;
mod setting;
mod stepped_store;

pub(super) use part::play;
