//! A rush: many buyers at once, as processes or as threads, released at one start barrier, and judged.
//!
//! It holds the supervisor, the buyers, and the evidence that they record. It knows nothing of the command
//! line, and nothing of how a schedule is searched or drawn.

mod assignment;
mod buyer;
mod buyer_outcome;
mod event_loop;
mod event_place;
mod evidence_file;
mod evidence_session;
mod fork;
mod fork_server;
mod holder_pause;
mod ledger_entry;
mod outcome_reader;
mod outcomes;
mod recorded;
mod recorder;
pub mod report;
mod report_pipe;
mod room;
mod roster;
mod run;
mod server_process;
mod settings;
mod start_barrier;
mod start_error;
mod supervisor;
pub mod think;
mod threads;
mod watchdog;

pub use crate::store::options::Force;
pub use event_loop::News;
pub(crate) use fork_server::{FORK_SERVER, start_buyers};
pub use holder_pause::HolderPause;
pub use settings::{MAX_USERS, Recording, Rush};
