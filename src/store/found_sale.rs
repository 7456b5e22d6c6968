//! A line that is looked up by its id or its key, and what has become of it.

use crate::ledger::{Op, Record};

/// What a sale or a hold has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaleState {
    /// It is a sale, of which some or all may be cancelled.
    Sold,
    /// It is held.
    Held,
    /// It was held, and was given back.
    Released,
    /// It was held until its time, and was given back then.
    Expired,
}

/// A line that has an id or a key, as the ledger has it, with what the lines behind it say of it.
#[derive(Debug, Clone)]
pub(crate) struct FoundSale {
    /// What the line does.
    pub(crate) op: Op,
    /// Its own id; that of the sale it is about, where it has none.
    pub(crate) id: String,
    /// Who ordered it.
    pub(crate) ordered_by: String,
    /// In whose name it is: that of the last renaming.
    pub(crate) buyer: String,
    /// How many, signed as on the ledger.
    pub(crate) moved: i64,
    pub(crate) quantity: u64,
    pub(crate) seq: u64,
    /// When it was written.
    pub(crate) at: String,
    /// The idempotency key.
    pub(crate) key: Option<String>,
    /// What the seller noted.
    pub(crate) remark: Option<String>,
    /// Until when it is held, or was.
    pub(crate) until: Option<String>,
    pub(crate) state: SaleState,
    /// How many of it were given back.
    pub(crate) cancelled: u64,
    /// When some of it was given back last.
    pub(crate) cancelled_at: Option<String>,
    /// Where the last line about it ends on the ledger.
    pub(crate) end: u64,
}

impl FoundSale {
    /// What this line says, which ends there.
    pub(crate) fn of(record: &Record<'_>, end: u64) -> Self {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let buyer = owned(record.buyer.as_deref());
        let id = record.id.as_deref().or(record.reference.as_deref());
        Self {
            op: record.op,
            id: owned(id),
            ordered_by: buyer.clone(),
            buyer,
            moved: record.quantity,
            quantity: record.quantity.unsigned_abs(),
            seq: record.seq,
            at: record.at.to_string(),
            key: record.key.as_deref().map(str::to_owned),
            remark: record.note.as_deref().map(str::to_owned),
            until: record.until.as_deref().map(str::to_owned),
            state: if record.op == Op::Hold {
                SaleState::Held
            } else {
                SaleState::Sold
            },
            cancelled: 0,
            cancelled_at: None,
            end,
        }
    }

    /// Takes note of a later line that is about it, and ends there.
    pub(crate) fn note(&mut self, record: &Record<'_>, end: u64) {
        if !record.op.refers() || record.reference.as_deref() != Some(&self.id) {
            return;
        }
        match record.op {
            Op::Cancel => {
                let more = record.quantity.unsigned_abs();
                self.cancelled = self.cancelled.saturating_add(more);
                self.cancelled_at = Some(record.at.to_string());
            }
            Op::Confirm => self.state = SaleState::Sold,
            Op::Release => self.state = SaleState::Released,
            Op::Expire => self.state = SaleState::Expired,
            Op::Rename => {
                record
                    .buyer
                    .as_deref()
                    .unwrap_or_default()
                    .clone_into(&mut self.buyer);
            }
            _ => {}
        }
        self.end = end;
    }

    /// How many of it are not given back.
    pub(crate) fn kept(&self) -> u64 {
        self.quantity.saturating_sub(self.cancelled)
    }
}
