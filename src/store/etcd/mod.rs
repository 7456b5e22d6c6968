//! The store on an etcd cluster: an event's count, lines and keys are keys of it.
//!
//! Knows etcd's JSON gateway and how keys are laid out; knows nothing of who buys, and why. Nothing of consensus is here:
//! a change is one transaction of etcd, which compares what was read.

mod address;
mod answer;
mod attempt;
mod attempts;
mod audit;
mod backup;
mod beginning;
mod client;
mod commit;
mod compaction;
mod deadline;
mod ear;
pub(crate) mod event_store;
mod failure;
mod find;
mod groups;
mod key_space;
mod keys;
mod known_keys;
mod lease;
mod lines;
mod local_copy;
mod lock;
mod prepared;
mod random;
mod refusals;
mod repair;
mod round;
pub(crate) mod rush;
mod scratch;
mod settings;
mod stepped;
mod store_impl;
#[cfg_attr(not(feature = "etcd-tls"), path = "tls_missing.rs")]
mod tls;
mod transaction;
mod turns;
mod upload;
mod watch;
mod wire;
mod wire_values;
