//! What is drawn: a run of the lab, or the evidence of a recorded one with what was found in it, each as a
//! [`Timeline`](crate::timeline::Timeline). Nothing here knows of pictures and terminals.

mod drawing;
mod recorded;
mod run;
mod run_finding;
mod unbalanced;

pub use recorded::timeline as recorded;
pub use run::{CarriedTurn, carried, timeline as run};
