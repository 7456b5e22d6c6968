//! Draws what happened in a run: as one SVG, as a page that steps through it, or as text for a terminal of any width.
//!
//! The model is filled by a caller who knows the run: from evidence that was recorded, or from a
//! schedule. Pure: nothing here knows how a run was judged; the findings come with the model. No input makes it
//! panic: what does not fit together (a place that does not exist, times that run backwards) is left out or put
//! right.
//!
//! ```
//! use tickets::timeline::{
//!     COLUMNS, Doing, DrawnOperation, DrawnOutcome, DrawnVersion, Lane, Sight, Span, Time, Timeline,
//! };
//!
//! let timeline = Timeline {
//!     title: "one buyer".to_owned(),
//!     time: Time::Steps,
//!     lanes: vec![Lane {
//!         name: "alice".to_owned(),
//!         operations: vec![DrawnOperation {
//!             spans: vec![Span::new(Doing::Read, 0, 1), Span::new(Doing::Write, 1, 2)],
//!             read: Some(Sight::Version(0)),
//!             wrote: Some(1),
//!             outcome: Some(DrawnOutcome::Sold(1)),
//!             killed: None,
//!             quantity: 1,
//!             looked: None,
//!         }],
//!     }],
//!     versions: vec![DrawnVersion::first(1, 2), DrawnVersion::after(0, 2, 1).by(0, 0)],
//!     ..Timeline::default()
//! };
//! assert!(timeline.to_svg().starts_with("<svg"));
//! assert!(timeline.to_text(COLUMNS).iter().any(|line| line.to_string().contains("alice")));
//! ```

mod acts;
mod arrow;
mod arrows;
mod axis;
mod bars;
mod boxes;
mod canvas;
mod captions;
mod choose;
mod chosen_acts;
mod cuts;
mod effects;
mod family;
mod fates;
mod fold;
mod labels;
mod lane_row;
mod lanes;
mod late;
mod layout;
mod legend;
mod legend_shapes;
mod lock_facts;
mod marks;
mod model;
mod names;
mod notes;
mod operation;
mod page;
mod pair;
mod panels;
mod render;
mod reveal;
mod rows;
mod sale_facts;
mod scale;
mod scene;
mod stretches;
mod svg;
mod text;
mod text_line;
mod tree;
mod tree_row;
mod words;

pub use crate::run_clock::RunClock;
pub use lock_facts::LockFacts;
pub use model::{Clash, DrawnFinding, DrawnVersion, Lane, Spot, Time, Timeline, Unsure};
pub use operation::{Doing, DrawnOperation, DrawnOutcome, Sight, Span};
pub use page::{
    CountState, KeyStep, LockState, PageFinding, PageStep, ProcessState, ShownLine, Steps,
    frame_policy, page,
};
pub use pair::pair_svg;
pub use sale_facts::SaleFacts;
pub use text_line::{COLUMNS, Piece, TextLine, Tone};

#[cfg(test)]
#[path = "tests/hostile.rs"]
mod hostile;
#[cfg(test)]
#[path = "tests/pictures.rs"]
mod pictures;
#[cfg(test)]
#[path = "tests/samples.rs"]
mod samples;
#[cfg(test)]
mod tests;
