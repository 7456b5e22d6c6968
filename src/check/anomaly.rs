//! The kinds of anomaly, with their names.

use serde::Serialize;

/// What kind of anomaly a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anomaly {
    /// Two sales read the same version; the later one overwrote the earlier.
    LostUpdate,
    /// More was sold than there was.
    Oversold,
    /// What is left and what was sold do not add up to the stock.
    Conservation,
    /// Bytes on the ledger that are no line.
    TornWrite,
    /// A buyer was told that it bought, and the ledger has no such sale.
    LostSale,
    /// Bytes were read that no version has.
    TornRead,
    /// A version was read that was never committed.
    DirtyRead,
    /// A version is missing.
    Gap,
    /// A version that does not follow the one that its writer read, or that nobody intended.
    Phantom,
    /// A buyer was told that too few are left, while there were enough.
    FalseSoldOut,
    /// An older version was read after a newer one had been answered.
    StaleRead,
    /// Two held one lock at once.
    BrokenLock,
    /// Two locked different files for the same purpose.
    SplitLock,
    /// A file was locked that the lock's path no longer meant.
    DeadInodeLock,
    /// A sale was written outside the hold of a lock.
    UnlockedWrite,
    /// A sale was written under a lock whose lease had ended, and that somebody else had got since.
    EndedLock,
    /// Two wait for one another.
    Deadlock,
    /// A line was written that what stood before it forbids: it was decided by what was so no longer.
    StaleDecision,
    /// Somebody was told what the ledger does not say.
    WrongAnswer,
    /// A buyer failed.
    Failed,
}

impl Anomaly {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LostUpdate => "lost update",
            Self::Oversold => "oversold",
            Self::Conservation => "conservation",
            Self::TornWrite => "torn write",
            Self::LostSale => "lost sale",
            Self::TornRead => "torn read",
            Self::DirtyRead => "dirty read",
            Self::Gap => "gap",
            Self::Phantom => "phantom",
            Self::FalseSoldOut => "false sold-out",
            Self::StaleRead => "stale read",
            Self::BrokenLock => "broken lock",
            Self::SplitLock => "split lock",
            Self::DeadInodeLock => "dead-inode lock",
            Self::UnlockedWrite => "unlocked write",
            Self::EndedLock => "ended lock",
            Self::Deadlock => "deadlock",
            Self::StaleDecision => "stale decision",
            Self::WrongAnswer => "wrong answer",
            Self::Failed => "failed",
        }
    }

    /// Its place among what is told of a run: the gravest first, and what is no matter of sold and left as it was found.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Oversold => 0,
            Self::LostUpdate => 1,
            Self::LostSale => 2,
            Self::Conservation => 3,
            Self::TornWrite => 4,
            _ => 5,
        }
    }

    /// Its place among the findings of a drawing, of which only the first are numbered: what weighs most, the locks that it came
    /// from, and last a sum that is wrong because of all that.
    pub(crate) fn place_in_drawing(self) -> u8 {
        match self {
            Self::Oversold => 0,
            Self::LostUpdate => 1,
            kind if kind.is_of_locks() => 2,
            Self::LostSale => 3,
            Self::Conservation => 5,
            _ => 4,
        }
    }

    /// Whether it is about a lock, whatever came of it.
    #[must_use]
    pub fn is_of_locks(self) -> bool {
        matches!(
            self,
            Self::BrokenLock
                | Self::SplitLock
                | Self::DeadInodeLock
                | Self::UnlockedWrite
                | Self::EndedLock
                | Self::Deadlock
        )
    }

    /// What happened, in words that need no explanation.
    #[must_use]
    pub fn plain(self) -> &'static str {
        match self {
            Self::LostUpdate => "sales were overwritten",
            Self::Oversold => "more was sold than there was",
            Self::Conservation => "the count is wrong",
            Self::TornWrite => "a line was cut off",
            Self::LostSale => "a sale is missing",
            Self::TornRead => "a half-written count was read",
            Self::DirtyRead => "something was read that never counted",
            Self::Gap => "a count is missing between two others",
            Self::Phantom => "a sale came out of nowhere",
            Self::FalseSoldOut => "turned away while tickets were left",
            Self::StaleRead => "an old count was read",
            Self::BrokenLock => "two held one lock at once",
            Self::SplitLock => "two locks where there must be one",
            Self::DeadInodeLock => "the lock of a file that is gone",
            Self::UnlockedWrite => "written while nothing kept others out",
            Self::EndedLock => "written under a lock that had ended",
            Self::Deadlock => "each waits for a lock that another holds",
            Self::StaleDecision => "decided by what was so no longer",
            Self::WrongAnswer => "told what the ledger does not say",
            Self::Failed => "a buyer failed",
        }
    }

    /// Both: what happened, and behind it what that is called.
    #[must_use]
    pub fn explained(self) -> String {
        match self {
            Self::Failed => self.plain().to_owned(),
            _ => format!("{} ({})", self.plain(), self.name()),
        }
    }

    /// What it means for a buyer whom it names, in a few words; empty where that is not the same for all of them.
    #[must_use]
    pub fn harm(self) -> &'static str {
        match self {
            Self::Oversold => "sold beyond the stock",
            Self::LostSale => "its sale is missing",
            Self::FalseSoldOut => "could have bought",
            _ => "",
        }
    }
}
