//! The rows, each a function that strikes.

pub(crate) mod access;
pub(crate) mod beside;
pub(crate) mod clock;
pub(crate) mod cut_short;
pub(crate) mod cuts;
pub(crate) mod damaged;
pub(crate) mod delayed;
pub(crate) mod drained;
pub(crate) mod edits;
pub(crate) mod ended;
pub(crate) mod full;
pub(crate) mod hostile;
pub(crate) mod killed;
pub(crate) mod lock_file;
pub(crate) mod losses;
pub(crate) mod names;
pub(crate) mod ordered;
pub(crate) mod paused;
pub(crate) mod people;
pub(crate) mod queue;
pub(crate) mod refused;
pub(crate) mod relay;
pub(crate) mod replay;
pub(crate) mod scenarios;
pub(crate) mod served;
pub(crate) mod write_back;
