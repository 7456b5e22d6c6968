//! Whether what ends holds ends holds that are open.

use std::collections::{HashMap, HashSet};

use super::op::Op;
use super::record::Record;

/// The holds of a ledger, line by line, by the numbers of their lines.
#[derive(Debug, Default)]
pub(crate) struct VerifiedHolds {
    /// How many tickets each open hold has, and its whole id.
    open: HashMap<u64, (u64, String)>,
    /// Those of which a sale came.
    confirmed: HashSet<u64>,
}

impl VerifiedHolds {
    /// Takes note of one more line that holds, or ends a hold. The error says what does not add up.
    pub(crate) fn note(&mut self, record: &Record<'_>) -> Result<(), String> {
        let quantity = record.quantity.unsigned_abs();
        if record.op == Op::Hold {
            let id = record.id.as_deref().unwrap_or_default();
            self.open.insert(record.seq, (quantity, id.to_owned()));
            return Ok(());
        }
        let id = record.reference.as_deref().unwrap_or_default();
        let seq = number(id).unwrap_or_default();
        match self.open.remove(&seq).filter(|(_, own)| own == id) {
            None => Err(format!("it ends {id:?}, which is no open hold before it")),
            Some((held, _)) if held != quantity => {
                Err(format!("it ends {quantity} of hold {id}, of {held}"))
            }
            Some(_) => {
                if record.op == Op::Confirm {
                    self.confirmed.insert(seq);
                }
                Ok(())
            }
        }
    }

    /// Whether this line's hold became a sale.
    pub(crate) fn is_sale(&self, seq: u64) -> bool {
        self.confirmed.contains(&seq)
    }

    /// Whether this line's hold is open.
    pub(crate) fn is_open(&self, seq: u64) -> bool {
        self.open.contains_key(&seq)
    }
}

/// The number of the line with which an id begins.
pub(crate) fn number(id: &str) -> Option<u64> {
    id.split_once('-')?.0.parse().ok()
}
