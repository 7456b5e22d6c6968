//! The judgement of what happened in a run: of the evidence that it recorded ([`judge`]), or of the state that
//! it left on disk ([`final_state`]); and [`proof`], a second judge that accepts or refuses each finding of the
//! first. Pure: nothing here knows of processes or drawing.

mod anomaly;
pub(crate) mod books;
pub mod evidence;
pub mod final_state;
mod fork_words;
mod history;
pub(crate) mod listing;
pub mod proof;
pub(crate) mod version_tree;
pub(crate) mod write_order;

pub use anomaly::Anomaly;
pub use history::{
    AnomalyCount, HistoryFinding, HistoryVerdict, MAX_TOLD, OverwrittenVersion, judge, overwritten,
    sentence, settle,
};
pub(crate) use history::{
    UnsureFates, clashing, deadlock_over, is_grouped, is_of_the_future, settled, too_many,
};
