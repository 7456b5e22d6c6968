//! How many tickets buyers have: bought and not given back, and held.

use std::collections::HashMap;

use super::name::without_case;
use crate::error::Result;
use crate::ledger::{Op, Record, Sum, Tally};
use crate::store::follower::{Followed, Follower};

/// A sale or a hold.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnTickets {
    /// In whose name it is.
    pub(super) buyer: String,
    pub(super) tickets: u64,
    /// Whether it is a hold.
    pub(super) held: bool,
}

/// By name, as people compare names.
#[derive(Debug, Default)]
pub(super) struct BuyerTotals {
    followed: Followed,
    /// Each sale and each hold, by its id.
    own: HashMap<String, OwnTickets>,
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

    /// How many tickets this one has; `look_up` says what a sale or a hold is by now.
    pub(super) fn tickets(
        &mut self,
        name: &str,
        look_up: &mut dyn FnMut(&str) -> Result<OwnTickets>,
    ) -> Result<u64> {
        for id in std::mem::take(&mut self.renamed) {
            let own = look_up(&id)?;
            self.enter(&id, &own);
        }
        Ok(self
            .totals
            .get(&without_case(name))
            .copied()
            .unwrap_or_default())
    }

    /// How many of those are held, as far as [`Self::tickets`] has looked.
    pub(super) fn held(&self, name: &str) -> u64 {
        let name = without_case(name);
        let own = self
            .own
            .values()
            .filter(|own| own.held && own.buyer == name);
        own.fold(0, |all, own| own.tickets.saturating_add(all))
    }

    fn enter(&mut self, id: &str, own: &OwnTickets) {
        if self.own.contains_key(id) {
            return;
        }
        let buyer = without_case(&own.buyer);
        if self.wanted.binary_search(&buyer).is_ok() {
            let total = self.totals.entry(buyer.clone()).or_default();
            *total = total.saturating_add(own.tickets);
            self.own.insert(id.to_owned(), OwnTickets { buyer, ..*own });
        }
    }

    /// Takes so many tickets of a sale away; all, for it has another name. Returns what it was.
    fn leave(&mut self, id: &str, tickets: Option<u64>) -> Option<OwnTickets> {
        let own = self.own.get_mut(id)?;
        let was = own.clone();
        let away = tickets.unwrap_or(was.tickets).min(was.tickets);
        own.tickets -= away;
        if let Some(total) = self.totals.get_mut(&was.buyer) {
            *total = total.saturating_sub(away);
        }
        if tickets.is_none() {
            self.own.remove(id);
        }
        Some(was)
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
            Op::Sell | Op::Hold | Op::Confirm | Op::Cancel | Op::Release | Op::Expire | Op::Rename
        )
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        let quantity = record.quantity.unsigned_abs();
        let buyer = record.buyer.as_deref().unwrap_or_default();
        let own = |tickets, held| OwnTickets {
            buyer: buyer.to_owned(),
            tickets,
            held,
        };
        match (record.op, record.id.as_deref(), record.reference.as_deref()) {
            (Op::Sell, Some(id), _) => self.enter(id, &own(quantity, false)),
            (Op::Hold, Some(id), _) => self.enter(id, &own(quantity, true)),
            (Op::Confirm, _, Some(id)) => {
                if let Some(own) = self.own.get_mut(id) {
                    own.held = false;
                }
            }
            (Op::Rename, _, Some(id)) => {
                self.renamed.retain(|own| own != id);
                match self.leave(id, None) {
                    Some(was) => self.enter(id, &own(was.tickets, was.held)),
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
