//! What a whole ledger comes to.

use crate::error::Error;
use crate::ledger::Tally;
use crate::store::audit::Finding;
use crate::store::file::reader::unfinished::Unfinished;

/// What the whole ledger comes to.
#[derive(Debug, Default)]
pub(crate) struct LedgerSummary {
    /// What it adds up to, up to the first line that does not.
    pub(crate) tally: Tally,
    /// The stock that it opened with.
    pub(crate) opening: Option<u64>,
    /// What it added up to where the count says that it counts to.
    pub(crate) at_counted: Option<Tally>,
    /// The count of an earlier ledger that this one took the place of: its lines and bytes.
    pub(crate) replaces: Option<(u64, u64)>,
    /// How many tickets of real bookings, which no rush made, are not given back.
    pub(crate) booked: u64,
    /// Whether a line says that the event is for real, whatever is booked.
    pub(crate) made_for_real: bool,
    /// How many lines of an event that is for real cannot be read: any may have been a booking.
    pub(crate) unread: u64,
    pub(crate) findings: Vec<Finding>,
    /// The last line, where it is not whole: somebody may be writing it just now.
    pub(crate) unfinished: Option<Unfinished>,
}

/// Why a line cannot be counted.
pub(crate) enum Wrong {
    Line(String),
    Io(Error),
}

impl From<String> for Wrong {
    fn from(why: String) -> Self {
        Self::Line(why)
    }
}
