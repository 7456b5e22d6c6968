//! Scenarios: pairs of commands that can race on one event, and what must hold in any order.
//!
//! Each process runs one command of the box office. Two are the pair; a third is one more of either side. Pure.
//!
//! Knows commands by what is asked of them; knows nothing of how one is run, and of how a run is judged.

mod act;

use serde::{Deserialize, Serialize};

pub(super) use act::{BOBS, CommandCall, ROWS};

/// The most processes of a scenario: the pair, and one more.
pub const MAX_PROCESSES: usize = 3;

/// Commands that can race.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// A hold is confirmed after its time, while others need its ticket.
    ConfirmExpire,
    /// A hold is confirmed and released.
    ConfirmRelease,
    /// A sale is cancelled, and its buyer's name corrected.
    CancelRename,
    /// The sale is closed while others book.
    CloseBook,
    /// The rules are changed while somebody books.
    SetBook,
    /// The last seat is held by several.
    HoldHold,
    /// One list is taken in by several.
    ImportImport,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ConfirmExpire,
        Self::ConfirmRelease,
        Self::CancelRename,
        Self::CloseBook,
        Self::SetBook,
        Self::HoldHold,
        Self::ImportImport,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmExpire => "confirm-expire",
            Self::ConfirmRelease => "confirm-release",
            Self::CancelRename => "cancel-rename",
            Self::CloseBook => "close-book",
            Self::SetBook => "set-book",
            Self::HoldHold => "hold-hold",
            Self::ImportImport => "import-import",
        }
    }

    /// What happens, in a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::ConfirmExpire => {
                "a hold is confirmed while others need its ticket; their clocks may say that it is due, or not yet"
            }
            Self::ConfirmRelease => "a hold is confirmed and given back",
            Self::CancelRename => "a sale is cancelled while the name on it is corrected",
            Self::CloseBook => "the sale is closed while others book",
            Self::SetBook => {
                "the rules are changed, twice, while somebody books more than they will allow"
            }
            Self::HoldHold => "several hold the last ticket",
            Self::ImportImport => "several take in the same list",
        }
    }

    /// What must hold in any order.
    #[must_use]
    pub fn promise(self) -> &'static str {
        match self {
            Self::ConfirmExpire => {
                "the ticket goes to its holder or to one who needs it, never to both, whatever any clock says; whoever \
                 comes too late is told expired or sold_out"
            }
            Self::ConfirmRelease => {
                "the hold ends once: it is a sale, or given back; the other side is told cancelled or refused"
            }
            Self::CancelRename => {
                "the tickets are given back once, and no name is written on what is cancelled: that is told cancelled"
            }
            Self::CloseBook => "nothing is sold behind the line that closes: that is told closed",
            Self::SetBook => {
                "no sale stands behind a rule that forbids it: that is told limit; and no change takes back another"
            }
            Self::HoldHold => "one has the ticket, and the others are told sold_out",
            Self::ImportImport => {
                "each row is sold once, and every other answer for it is the same"
            }
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.name() == name)
    }

    /// What each process does, as a command line.
    #[must_use]
    pub fn commands(self) -> [String; MAX_PROCESSES] {
        self.acts().map(CommandCall::command)
    }

    /// How many tickets there are at first, in all.
    #[must_use]
    pub fn stock(self) -> u64 {
        match self {
            Self::HoldHold => 1,
            Self::ConfirmExpire | Self::ConfirmRelease | Self::CancelRename | Self::CloseBook => 2,
            Self::SetBook | Self::ImportImport => 4,
        }
    }

    /// What each process does.
    pub(super) fn acts(self) -> [CommandCall; MAX_PROCESSES] {
        use CommandCall::{
            Book, Cancel, Close, Confirm, Hold, Import, LimitSale, Release, Rename, Retitle,
        };
        match self {
            Self::ConfirmExpire => [Confirm, Book("ann", 1), Book("dan", 1)],
            Self::ConfirmRelease => [Confirm, Release, Release],
            Self::CancelRename => [Cancel, Rename("Robert"), Cancel],
            Self::CloseBook => [Close, Book("ann", 1), Book("dan", 1)],
            Self::SetBook => [LimitSale(1), Book("ann", 2), Retitle("Gala")],
            Self::HoldHold => [Hold("ann", 1), Hold("dan", 1), Hold("eve", 1)],
            Self::ImportImport => [Import, Import, Import],
        }
    }
}

/// Which process of which scenario.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) scenario: Scenario,
    /// From 0.
    pub(super) process: usize,
}
