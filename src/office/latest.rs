//! The last sales, for somebody who watches: each look reads only what is new.

use std::collections::{HashMap, VecDeque};

use super::BoxOffice;
use crate::error::Result;
use crate::ledger::{Op, Record, Sum, Tally};
use crate::store::follower::{Followed, Follower};

/// The last sales of an event, as far as it was looked at.
///
/// ```
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("tickets.json");
/// # std::fs::write(&file, r#"{"ticket": 10}"#)?;
/// use tickets::BoxOffice;
/// use tickets::office::LatestSales;
///
/// let mut office = BoxOffice::at(&file)?;
/// let mut latest = LatestSales::new(3);
/// office.book("alice", 2)?;
/// office.look_for_latest(&mut latest)?;
/// assert_eq!(latest.sales().next().map(|sale| &*sale.buyer), Some("alice"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LatestSales {
    most: usize,
    followed: Followed,
    sales: VecDeque<LatestSale>,
    /// Holds that may become sales, by their ids.
    held: HashMap<String, LatestSale>,
}

/// One of the last sales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestSale {
    /// Its id.
    pub id: String,
    /// The buyer's name by now.
    pub buyer: String,
    /// How many of its tickets are not cancelled.
    pub quantity: u64,
}

impl LatestSales {
    /// So many of them at most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            followed: Followed::default(),
            sales: VecDeque::new(),
            held: HashMap::new(),
        }
    }

    /// The last one first.
    pub fn sales(&self) -> impl Iterator<Item = &LatestSale> {
        self.sales.iter().rev()
    }

    fn add(&mut self, sale: LatestSale) {
        if self.sales.len() == self.most {
            self.sales.pop_front();
        }
        if self.most > 0 {
            self.sales.push_back(sale);
        }
    }

    /// What is said of a sale or a hold that is known.
    fn change(&mut self, id: &str, change: impl FnOnce(&mut LatestSale)) {
        let sold = self.sales.iter_mut().find(|sale| sale.id == id);
        if let Some(sale) = sold.or_else(|| self.held.get_mut(id)) {
            change(sale);
        }
    }
}

impl Follower for LatestSales {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        *self = Self::new(self.most);
        self.followed.sum = Some(Sum::default());
    }

    fn wants(&self, op: Op) -> bool {
        op == Op::Sell || op == Op::Hold || op.refers()
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        let quantity = record.quantity.unsigned_abs();
        let buyer = record.buyer.as_deref().unwrap_or_default();
        let made = |id: &str| LatestSale {
            id: id.to_owned(),
            buyer: buyer.to_owned(),
            quantity,
        };
        match (record.op, record.id.as_deref(), record.reference.as_deref()) {
            (Op::Sell, Some(id), _) => self.add(made(id)),
            (Op::Hold, Some(id), _) => drop(self.held.insert(id.to_owned(), made(id))),
            (Op::Confirm, _, Some(id)) => {
                if let Some(sale) = self.held.remove(id) {
                    self.add(sale);
                }
            }
            (Op::Release | Op::Expire, _, Some(id)) => drop(self.held.remove(id)),
            (Op::Cancel, _, Some(id)) => self.change(id, |sale| {
                sale.quantity = sale.quantity.saturating_sub(quantity);
            }),
            (Op::Rename, _, Some(id)) => self.change(id, |sale| buyer.clone_into(&mut sale.buyer)),
            _ => {}
        }
    }
}

impl BoxOffice {
    /// Looks for the last sales: the first time on the whole ledger, then on what was written since. A ledger that took
    /// the place of that one is followed from its beginning.
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity) when the count and the ledger do not add up.
    pub fn look_for_latest(&self, latest: &mut LatestSales) -> Result<()> {
        self.store.follow(latest)
    }
}
