//! One sale or hold, as it is by now.

use super::BoxOffice;
use super::history::State;
use super::sale_id::{id_of, unknown};
use super::sale_key::proves;
use crate::error::Result;
use crate::ledger::Op;
use crate::store::{FoundSale, Lookup};

/// A sale or a hold, as it is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SaleStatus {
    /// Its id.
    pub id: String,
    /// When it was written, RFC 3339 in UTC.
    pub at: String,
    /// The buyer's name by now.
    pub buyer: String,
    /// How many tickets it was made with.
    pub quantity: u64,
    /// How many of these are cancelled.
    pub cancelled: u64,
    /// What it is by now.
    pub state: State,
    /// Until when a hold is kept, or was, RFC 3339 in UTC.
    pub until: Option<String>,
    /// What the seller noted.
    pub note: Option<String>,
    key: Option<String>,
}

impl SaleStatus {
    fn of(found: FoundSale) -> Self {
        Self {
            state: State::of(found.state, found.quantity, found.cancelled),
            id: found.id,
            at: found.at,
            buyer: found.buyer,
            quantity: found.quantity,
            cancelled: found.cancelled,
            until: found.until,
            note: found.remark,
            key: found.key,
        }
    }

    /// Whether it was made under this key, by which a buyer proves that it is theirs.
    #[must_use]
    pub fn is_under_key(&self, key: &str) -> bool {
        proves(key, self.key.as_deref())
    }
}

impl BoxOffice {
    /// One sale or hold by its id. Takes no lock, and reads the ledger from its line on.
    ///
    /// ```
    /// use tickets::BoxOffice;
    /// use tickets::office::{Order, Unobserved};
    ///
    /// let mut office = BoxOffice::in_memory(2)?;
    /// let order = Order::new("alice", 2).key("web-7f1c");
    /// let id = office.purchase(&order, &mut Unobserved)?.id;
    /// let sale = office.sale(&id)?;
    /// assert!(sale.buyer == "alice" && sale.is_under_key("web-7f1c"));
    /// # Ok::<(), tickets::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::Kind::Refused): there is no such sale;
    /// [`Kind::Integrity`](crate::Kind::Integrity): the count and the ledger do not add up.
    pub fn sale(&self, id: &str) -> Result<SaleStatus> {
        let id = id_of(id)?;
        let found = self.store.find(Lookup::Id(id))?;
        found.map(SaleStatus::of).ok_or_else(|| unknown(id))
    }

    /// The sale or hold that was made under this key; `None`: none was. Takes no lock, and reads the whole ledger, unless
    /// the office was opened with an index of keys.
    ///
    /// ```
    /// use tickets::BoxOffice;
    /// use tickets::office::{Order, Unobserved};
    ///
    /// let mut office = BoxOffice::in_memory(2)?;
    /// office.purchase(&Order::new("alice", 2).key("web-7f1c"), &mut Unobserved)?;
    /// assert!(office.sale_by_key("web-7f1c")?.is_some_and(|sale| sale.buyer == "alice"));
    /// assert_eq!(office.sale_by_key("web-81d0")?, None);
    /// # Ok::<(), tickets::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity): the count and the ledger do not add up.
    pub fn sale_by_key(&self, key: &str) -> Result<Option<SaleStatus>> {
        let found = self.store.find(Lookup::Key(key))?;
        let found = found.filter(|found| matches!(found.op, Op::Sell | Op::Hold));
        let sale = found.map(SaleStatus::of);
        Ok(sale.filter(|sale| sale.is_under_key(key)))
    }
}
