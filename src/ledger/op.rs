//! The kinds of ledger lines.

use serde::{Deserialize, Serialize};

/// What a ledger line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Op {
    /// Opens the event with a stock.
    Open,
    /// Sells some of it.
    Sell,
    /// Cancels a sale, or a part of it.
    Cancel,
    /// Adds stock or takes it away.
    Adjust,
    /// Says what the event is sold by, and that it is for real.
    Set,
    /// Keeps some of it for somebody until a time.
    Hold,
    /// Makes a sale of a hold.
    Confirm,
    /// Gives a hold back.
    Release,
    /// Gives a hold back whose time has come, for somebody else wants it.
    Expire,
    /// Gives a sale another buyer's name.
    Rename,
    /// Ends the sale for now.
    Close,
    /// Goes on with it.
    Reopen,
}

impl Op {
    /// Every kind of line, with its name on the ledger.
    const NAMES: [(&'static str, Self); 12] = [
        ("open", Self::Open),
        ("sell", Self::Sell),
        ("cancel", Self::Cancel),
        ("adjust", Self::Adjust),
        ("set", Self::Set),
        ("hold", Self::Hold),
        ("confirm", Self::Confirm),
        ("release", Self::Release),
        ("expire", Self::Expire),
        ("rename", Self::Rename),
        ("close", Self::Close),
        ("reopen", Self::Reopen),
    ];

    /// The kind of this name.
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(own, _)| own.as_bytes() == name);
        found.map(|(_, op)| *op)
    }

    /// Whether such a line moves tickets, and so says how many.
    pub(crate) fn moves(self) -> bool {
        !matches!(self, Self::Set | Self::Rename | Self::Close | Self::Reopen)
    }

    /// Whether such a line is about the sale or the hold that it refers to.
    pub(crate) fn refers(self) -> bool {
        matches!(
            self,
            Self::Cancel | Self::Confirm | Self::Release | Self::Expire | Self::Rename
        )
    }

    /// The word that the line has for it.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, own)| *own == self);
        found.map_or("", |(name, _)| name)
    }
}
