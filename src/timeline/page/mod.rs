//! Runs as a page: one self-contained HTML file, in which each run is played, stepped through and printed.
//!
//! [`Steps::of`] turns a [`Timeline`](super::Timeline) into steps: who does what, and after each what every process knows,
//! what the count says, who holds which lock, what the ledger has, what was found by then, and how likely a bad end is where
//! that is known. [`page`] writes one run, or several side by side, which go on step by step together: give it the same
//! timelines that are drawn as SVG. Pure, and bounded: of a long run the page shows what the picture shows, and says what
//! is left out.
//!
//! The file asks for nothing: its policy lets nothing in but its own script and styles, by their sums. What a run says, names
//! above all, is data for the script, which puts it into the page as text.
//!
//! ```
//! use tickets::timeline::{Steps, Timeline, page};
//!
//! let timeline = Timeline { title: "nobody came".to_owned(), ..Timeline::default() };
//! assert_eq!(Steps::of(&timeline).steps.len(), 1, "the beginning, and no step");
//! let side_by_side = page("without a lock and with it", &[&timeline, &timeline]);
//! assert!(side_by_side.starts_with("<!doctype html>"));
//! ```

mod ahead;
mod chain;
mod cursor;
mod event;
mod events;
mod found;
mod hidden;
mod holders;
mod html;
mod key_steps;
mod known;
mod late;
mod ledger;
mod lock_reasons;
mod lock_wish;
mod policy;
mod raced;
mod read_reasons;
mod reasons;
mod run_json;
mod section;
mod sha256;
mod shown_lines;
mod situation;
mod snapshot;
mod state;
mod told;
mod versions;
mod walk;
mod write_reasons;

pub use html::page;
pub use policy::frame_policy;
pub use state::{
    CountState, KeyStep, LockState, PageFinding, PageStep, ProcessState, ShownLine, Steps,
};

#[cfg(test)]
#[path = "tests/page_tests.rs"]
mod page_tests;
