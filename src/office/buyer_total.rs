//! How many tickets one buyer has: bought and not given back, and held.

use std::collections::HashMap;

use super::names::same_name;
use crate::error::Result;
use crate::ledger::{Op, Record, Sum, Tally};
use crate::store::follower::{Followed, Follower};

/// Of one name, as people write it: without regard to case and outer spaces.
#[derive(Debug)]
pub(super) struct BuyerTotal {
    name: String,
    followed: Followed,
    /// How many tickets each sale and each hold of this name has, by its id.
    own: HashMap<String, u64>,
    /// Sales that were given this name and had another: they are to be looked up.
    renamed: Vec<String>,
}

impl BuyerTotal {
    pub(super) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            followed: Followed::default(),
            own: HashMap::new(),
            renamed: Vec::new(),
        }
    }

    /// Up to where the ledger was followed, in bytes.
    pub(super) fn seen_up_to(&self) -> u64 {
        self.followed.bytes
    }

    /// How many tickets; `look_up` says how many a sale has by now.
    pub(super) fn tickets(&mut self, look_up: &mut dyn FnMut(&str) -> Result<u64>) -> Result<u64> {
        for id in std::mem::take(&mut self.renamed) {
            let tickets = look_up(&id)?;
            self.own.insert(id, tickets);
        }
        let all = self.own.values();
        Ok(all.fold(0, |sum, more| sum.saturating_add(*more)))
    }
}

impl Follower for BuyerTotal {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        *self = Self::of(&self.name);
        self.followed.sum = Some(Sum::default());
    }

    fn wants(&self, op: Op) -> bool {
        matches!(
            op,
            Op::Sell | Op::Hold | Op::Cancel | Op::Release | Op::Expire | Op::Rename
        )
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        let quantity = record.quantity.unsigned_abs();
        let buyer = record.buyer.as_deref().unwrap_or_default();
        match (record.op, record.id.as_deref(), record.reference.as_deref()) {
            (Op::Sell | Op::Hold, Some(id), _) if same_name(buyer, &self.name) => {
                self.own.insert(id.to_owned(), quantity);
            }
            (Op::Rename, _, Some(id)) => {
                let is_own = self.own.contains_key(id) || self.renamed.iter().any(|own| own == id);
                match (is_own, same_name(buyer, &self.name)) {
                    (false, true) => self.renamed.push(id.to_owned()),
                    (true, false) => {
                        self.own.remove(id);
                        self.renamed.retain(|own| own != id);
                    }
                    _ => {}
                }
            }
            (_, _, Some(id)) => {
                if let Some(tickets) = self.own.get_mut(id) {
                    *tickets = tickets.saturating_sub(quantity);
                }
            }
            _ => {}
        }
    }
}
