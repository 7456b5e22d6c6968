//! What a command may be answered, by the books of some moment.

use super::super::scenario::{BOBS, CommandCall};
use crate::check::books::{Books, Entry, Fate};
use crate::ledger::Op;

impl CommandCall {
    /// The line that it writes when it is done; `None`: any that its answer does not depend on.
    pub(super) fn writes(self) -> Option<Op> {
        match self {
            Self::Book(..) | Self::Import => Some(Op::Sell),
            Self::Hold(..) => Some(Op::Hold),
            Self::Confirm => Some(Op::Confirm),
            Self::Release => Some(Op::Release),
            Self::Cancel => Some(Op::Cancel),
            Self::Rename(_) => Some(Op::Rename),
            Self::Close | Self::LimitSale(_) | Self::Retitle(_) => None,
        }
    }

    /// Whether the books show that it was done; for what writes no line of its own.
    pub(super) fn is_done(self, books: &Books) -> bool {
        match self {
            Self::Close => books.closed,
            Self::LimitSale(most) => books.settings.max_per_sale == Some(most),
            Self::Retitle(title) => books.settings.title.as_deref() == Some(title),
            _ => true,
        }
    }

    /// The code of the error with which it is refused where the books are so; `late`: by a clock that is past the time of
    /// Bob's hold. `None`: it is not refused.
    pub(super) fn refusal(self, books: &Books, late: bool) -> Option<&'static str> {
        let bobs = bobs(books);
        let fate = bobs.map(|entry| entry.fate);
        match self {
            Self::Book(_, quantity) | Self::Hold(_, quantity) => {
                let most = books.settings.max_per_sale.unwrap_or(u64::MAX);
                let due = bobs.filter(|entry| late && entry.fate == Fate::Held);
                let left = books.left.saturating_add(due.map_or(0, |entry| entry.kept));
                if books.closed {
                    Some("closed")
                } else if quantity > most {
                    Some("limit")
                } else {
                    (left < quantity).then_some("sold_out")
                }
            }
            Self::Confirm => match fate {
                Some(Fate::Expired) => Some("expired"),
                Some(Fate::Released) => Some("cancelled"),
                _ => None,
            },
            Self::Release => match fate {
                Some(Fate::Expired) => Some("expired"),
                Some(Fate::Sold) => Some("refused"),
                _ => None,
            },
            Self::Cancel | Self::Rename(_) => {
                bobs.filter(|entry| entry.kept == 0).map(|_| "cancelled")
            }
            Self::Close | Self::LimitSale(_) | Self::Retitle(_) | Self::Import => None,
        }
    }
}

/// What the commands are about.
fn bobs(books: &Books) -> Option<&Entry> {
    books.entry(BOBS.parse().ok()?)
}
