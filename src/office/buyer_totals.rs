//! How many tickets buyers have: bought and not given back, and held.

use std::collections::HashMap;

use super::name::without_case;
use crate::error::Result;
use crate::ledger::{Op, Record, Sum, Tally, millisecond, number};
use crate::store::follower::{Followed, Follower};

/// A sale or a hold.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnTickets {
    /// In whose name it is.
    pub(super) buyer: String,
    pub(super) tickets: u64,
    /// Of a hold, when it is due, in milliseconds since 1970.
    pub(super) due: Option<i64>,
}

/// A hold of a buyer.
#[derive(Debug, Clone)]
pub(crate) struct OwnHold {
    pub(crate) id: String,
    pub(crate) tickets: u64,
    /// When it is due, in milliseconds since 1970.
    pub(crate) due: i64,
}

/// When a hold is due that has this time.
pub(super) fn due(until: Option<&str>) -> i64 {
    until.and_then(millisecond).unwrap_or(i64::MIN)
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

    /// Which holds are among those, as far as [`Self::tickets`] has looked: those that are due first first.
    pub(super) fn holds(&self, name: &str) -> Vec<OwnHold> {
        let name = without_case(name);
        let own = self.own.iter().filter(|(_, own)| own.buyer == name);
        let holds = own.filter_map(|(id, own)| {
            Some(OwnHold {
                id: id.clone(),
                tickets: own.tickets,
                due: own.due.filter(|_| own.tickets > 0)?,
            })
        });
        let mut holds: Vec<OwnHold> = holds.collect();
        holds.sort_by_key(|hold| (hold.due, number(&hold.id)));
        holds
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
        let own = |tickets, due| OwnTickets {
            buyer: buyer.to_owned(),
            tickets,
            due,
        };
        match (record.op, record.id.as_deref(), record.reference.as_deref()) {
            (Op::Sell, Some(id), _) => self.enter(id, &own(quantity, None)),
            (Op::Hold, Some(id), _) => {
                self.enter(id, &own(quantity, Some(due(record.until.as_deref()))));
            }
            (Op::Confirm, _, Some(id)) => {
                if let Some(own) = self.own.get_mut(id) {
                    own.due = None;
                }
            }
            (Op::Rename, _, Some(id)) => {
                self.renamed.retain(|own| own != id);
                match self.leave(id, None) {
                    Some(was) => self.enter(id, &own(was.tickets, was.due)),
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
