//! The rows, each a function that strikes.

pub(crate) mod cut_short;
pub(crate) mod damaged;
pub(crate) mod full;
pub(crate) mod killed;
pub(crate) mod paused;
pub(crate) mod refused;
