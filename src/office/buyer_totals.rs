//! How many tickets buyers have: bought and not given back, and held.

use std::collections::HashMap;

use super::name::without_case;
use crate::error::Result;
use crate::ledger::{Op, Record, Sum, Tally};
use crate::store::follower::{Followed, Follower};

/// By name, as people compare names.
#[derive(Debug, Default)]
pub(super) struct BuyerTotals {
    followed: Followed,
    /// In whose name each sale and each hold is, and how many tickets it has, by its id.
    own: HashMap<String, (String, u64)>,
    totals: HashMap<String, u64>,
    /// Whose totals are asked for; of others nothing is kept.
    wanted: Vec<String>,
    /// Sales that were given such a name and had another: they are to be looked up.
    renamed: Vec<String>,
}

impl BuyerTotals {
    /// Of these names.
    pub(super) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut wanted: Vec<String> = names.into_iter().map(without_case).collect();
        wanted.sort();
        wanted.dedup();
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// The same names, and nothing followed.
    pub(super) fn anew(self) -> Self {
        Self {
            wanted: self.wanted,
            ..Self::default()
        }
    }

    /// Up to where the ledger was followed, in bytes.
    pub(super) fn seen_up_to(&self) -> u64 {
        self.followed.bytes
    }

    /// How many tickets this one has; `look_up` says how many a sale has by now, and in whose name.
    pub(super) fn tickets(
        &mut self,
        name: &str,
        look_up: &mut dyn FnMut(&str) -> Result<(String, u64)>,
    ) -> Result<u64> {
        for id in std::mem::take(&mut self.renamed) {
            let (buyer, tickets) = look_up(&id)?;
            self.enter(&id, &buyer, tickets);
        }
        Ok(self
            .totals
            .get(&without_case(name))
            .copied()
            .unwrap_or_default())
    }

    fn enter(&mut self, id: &str, buyer: &str, tickets: u64) {
        if self.own.contains_key(id) {
            return;
        }
        let buyer = without_case(buyer);
        if self.wanted.binary_search(&buyer).is_ok() {
            let total = self.totals.entry(buyer.clone()).or_default();
            *total = total.saturating_add(tickets);
            self.own.insert(id.to_owned(), (buyer, tickets));
        }
    }

    /// Takes so many tickets of a sale away; all, for it has another name. Returns how many it had.
    fn leave(&mut self, id: &str, tickets: Option<u64>) -> Option<u64> {
        let (buyer, own) = self.own.get_mut(id)?;
        let had = *own;
        let away = tickets.unwrap_or(had).min(had);
        *own -= away;
        if let Some(total) = self.totals.get_mut(buyer) {
            *total = total.saturating_sub(away);
        }
        if tickets.is_none() {
            self.own.remove(id);
        }
        Some(had)
    }
}

impl Follower for BuyerTotals {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        *self = Self {
            wanted: std::mem::take(&mut self.wanted),
            ..Self::default()
        };
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
            (Op::Sell | Op::Hold, Some(id), _) => self.enter(id, buyer, quantity),
            (Op::Rename, _, Some(id)) => {
                self.renamed.retain(|own| own != id);
                match self.leave(id, None) {
                    Some(tickets) => self.enter(id, buyer, tickets),
                    None if self.wanted.binary_search(&without_case(buyer)).is_ok() => {
                        self.renamed.push(id.to_owned());
                    }
                    None => {}
                }
            }
            (_, _, Some(id)) => {
                self.leave(id, Some(quantity));
            }
            _ => {}
        }
    }
}
