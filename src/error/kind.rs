//! The kinds of failures, each with its exit code and its name in JSON.

/// What kind of failure it is. Each kind has one exit code and one name in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A request that makes no sense (exit 2). Nothing was read or changed.
    Usage,
    /// The event's file does not exist (exit 1). Nothing was changed.
    Missing,
    /// The operating system refused something (exit 1). Nothing was sold.
    Io,
    /// An I/O error after the sale was written and before it was proven durable (exit 1).
    OutcomeUnknown,
    /// Not as many left as were asked for (exit 3).
    SoldOut {
        /// How many there are.
        left: u64,
    },
    /// The request goes against what is on the ledger (exit 4).
    Refused,
    /// The sale is closed (exit 4).
    Closed,
    /// The sale has not begun (exit 4).
    NotYet,
    /// The sale is over (exit 4).
    Over,
    /// More than one sale, or one buyer, may have (exit 4).
    Limit,
    /// The hold has ended at its time: somebody else needed it (exit 4).
    Expired,
    /// It is cancelled already, or was given back (exit 4).
    Cancelled,
    /// The lock was not had in time (exit 5). Nothing was changed.
    Busy {
        /// The process that holds the lock, where the system tells.
        holder: Option<u32>,
    },
    /// The files contradict one another or themselves (exit 6). Nothing was changed.
    Integrity,
    /// Stopped before selling: a signal, or the process that gave the order is gone (exit 130).
    Interrupted,
}

impl Kind {
    /// The exit code of a command that ends with this failure.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Missing | Self::Io | Self::OutcomeUnknown => 1,
            Self::Usage => 2,
            Self::SoldOut { .. } => 3,
            Self::Refused
            | Self::Closed
            | Self::NotYet
            | Self::Over
            | Self::Limit
            | Self::Expired
            | Self::Cancelled => 4,
            Self::Busy { .. } => 5,
            Self::Integrity => 6,
            Self::Interrupted => 130,
        }
    }

    /// The name of this kind in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Missing => "missing",
            Self::Io => "io",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::SoldOut { .. } => "sold_out",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::NotYet => "not_yet",
            Self::Over => "over",
            Self::Limit => "limit",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Busy { .. } => "busy",
            Self::Integrity => "integrity",
            Self::Interrupted => "interrupted",
        }
    }
}
