//! The lines of the ledger that have one of many keys, and what has become of them.

use std::collections::{HashMap, HashSet};

use crate::ledger::{Op, Record, Sum, Tally};
use crate::store::FoundSale;
use crate::store::follower::{Followed, Follower};

/// The lines with the keys of the orders, found in one walk.
#[derive(Debug, Default)]
pub(super) struct KeyedLines {
    followed: Followed,
    pub(super) wanted: HashSet<String>,
    pub(super) found: HashMap<String, FoundSale>,
    /// The key of a sale or hold, by its id.
    keys: HashMap<String, String>,
}

impl Follower for KeyedLines {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        self.found.clear();
        self.keys.clear();
        self.followed = Followed {
            sum: Some(Sum::default()),
            ..Followed::default()
        };
    }

    fn wants(&self, _: Op) -> bool {
        true
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        if let Some(key) = record.key.as_deref()
            && self.wanted.contains(key)
        {
            let sale = FoundSale::of(record, 0);
            self.keys.insert(sale.id.clone(), key.to_owned());
            self.found.insert(key.to_owned(), sale);
            return;
        }
        let about = record.reference.as_deref().and_then(|id| self.keys.get(id));
        if let Some(sale) = about.and_then(|key| self.found.get_mut(key)) {
            sale.note(record, 0);
        }
    }
}
