//! What somebody had: sales that are cancelled, and holds that have ended.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::BoxOffice;
use super::history::State;
use super::name::WantedName;
use crate::error::Result;
use crate::ledger::Op;
use crate::store::Scan;

/// A sale or a hold of which nothing is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastBooking {
    /// Its id.
    pub id: String,
    /// In whose name it was last.
    pub buyer: String,
    /// How many tickets it was made with.
    pub quantity: u64,
    /// What became of it: cancelled, released or expired.
    pub state: State,
}

impl BoxOffice {
    /// What somebody of this whole name had and has no more, `most` at most: cancelled sales, then holds that have ended.
    /// Takes no lock.
    ///
    /// # Errors
    /// As for [`BoxOffice::sales`].
    pub fn past_bookings_of(&self, name: &str, most: usize) -> Result<Vec<PastBooking>> {
        let mut found = Vec::new();
        let mut see = |past: PastBooking| {
            if found.len() < most {
                found.push(past);
                return ControlFlow::Continue(());
            }
            ControlFlow::Break(())
        };
        self.sales(Some(name), &mut |sale| {
            if sale.valid > 0 {
                return ControlFlow::Continue(());
            }
            see(PastBooking {
                id: sale.id.to_owned(),
                buyer: sale.buyer.to_owned(),
                quantity: sale.quantity,
                state: State::Cancelled,
            })
        })?;
        self.ended_holds(&WantedName::named(name), &mut see)?;
        Ok(found)
    }

    fn ended_holds(
        &self,
        wanted: &WantedName,
        see: &mut dyn FnMut(PastBooking) -> ControlFlow<()>,
    ) -> Result<()> {
        let (mut ended, mut renamed) = (HashMap::new(), HashMap::new());
        for op in [Op::Release, Op::Expire, Op::Rename] {
            self.store.scan(Scan::Only(op), &mut |line| {
                let id = line.record.reference.as_deref().unwrap_or_default();
                let id = id.to_owned();
                match (op, line.record.buyer.as_deref()) {
                    (Op::Rename, buyer) => {
                        renamed.insert(id, buyer.unwrap_or_default().to_owned());
                    }
                    (Op::Release, _) => drop(ended.insert(id, State::Released)),
                    _ => drop(ended.insert(id, State::Expired)),
                }
                ControlFlow::Continue(())
            })?;
        }
        self.store.scan(Scan::Only(Op::Hold), &mut |line| {
            let record = &line.record;
            let id = record.id.as_deref().unwrap_or_default();
            let last = renamed.get(id).map(String::as_str);
            let buyer = last.or(record.buyer.as_deref()).unwrap_or_default();
            match ended.get(id) {
                Some(state) if wanted.is(buyer) => see(PastBooking {
                    id: id.to_owned(),
                    buyer: buyer.to_owned(),
                    quantity: record.quantity.unsigned_abs(),
                    state: *state,
                }),
                _ => ControlFlow::Continue(()),
            }
        })
    }
}
