//! How each buyer of a rush ended.

use serde::Serialize;

/// How one buyer ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BuyerOutcome {
    /// Bought.
    Sold {
        /// The sale's id.
        id: String,
        /// How many tickets.
        quantity: u64,
        /// How many it left.
        left: u64,
        /// The ledger line it wrote.
        seq: u64,
        /// Why `tickets.json` does not show the sale yet.
        #[serde(skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    },
    /// Found too few left.
    Refused {
        /// How many it found.
        left: u64,
    },
    /// Could not, or died.
    Failed {
        /// What kind of failure, as in the error of any command; `died` for a buyer that did not
        /// say.
        code: String,
        /// What happened.
        message: String,
    },
}

impl BuyerOutcome {
    /// The outcome of a buyer that crashed before it reported it; `bought`: what the ledger says it bought.
    pub(super) fn crashed(cause: &str, bought: u64) -> Self {
        let message = match bought {
            0 => format!("{cause}; it bought nothing"),
            bought => format!("{cause}; the ledger says that it had bought {bought}"),
        };
        Self::Failed {
            code: "died".to_owned(),
            message,
        }
    }
}

/// One buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuyerReport {
    /// Its name.
    pub name: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: BuyerOutcome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crashed_buyer_is_told_with_what_the_ledger_says_it_bought() {
        for (bought, told) in [
            (0, "killed; it bought nothing"),
            (1, "killed; the ledger says that it had bought 1"),
            (3, "killed; the ledger says that it had bought 3"),
        ] {
            let BuyerOutcome::Failed { code, message } = BuyerOutcome::crashed("killed", bought)
            else {
                panic!("it died");
            };
            assert_eq!((code.as_str(), message.as_str()), ("died", told));
        }
    }
}
