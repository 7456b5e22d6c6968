//! The guest list: who may come in, by name.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use super::name::{WantedName, sort_key};
use crate::error::Result;
use crate::ledger::{Op, Record};
use crate::store::Scan;

/// Somebody who has tickets, under the name of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guest {
    /// The name.
    pub buyer: String,
    /// How many tickets.
    pub quantity: u64,
    /// The sales that they are of.
    pub ids: Vec<String>,
    /// What the seller noted of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How many tickets each of the sales is of, and what was noted of it.
    #[serde(skip)]
    each: Vec<(u64, Option<String>)>,
}

impl Guest {
    /// What was noted, for people: with the sale's number and its tickets, where there are several sales.
    #[must_use]
    pub fn noted(&self) -> Vec<String> {
        let sales = self.ids.iter().zip(&self.each);
        let noted = sales.filter_map(|(id, (quantity, note))| {
            let note = note.as_deref()?;
            if self.ids.len() == 1 {
                return Some(note.to_owned());
            }
            let number = id.split_once('-').map_or(&**id, |(number, _)| number);
            Some(format!("{number}: {note} ({quantity})"))
        });
        noted.collect()
    }
}

/// A sale, as far as it matters at the door.
struct GuestEntry {
    buyer: String,
    quantity: u64,
    note: Option<String>,
    is_sold: bool,
    /// In the order of the ledger.
    seq: u64,
}

impl BoxOffice {
    /// Who may come in: valid sales by name, sorted without regard to case and accents. Names that a person would call
    /// the same are one guest. Holds, and what is cancelled, are not on it. Memory grows with the number of sales.
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity) when the count and the ledger do not add up.
    pub fn guests(&self) -> Result<Vec<Guest>> {
        let mut entries: HashMap<String, GuestEntry> = HashMap::new();
        self.store.scan(Scan::All, &mut |line| {
            note(&mut entries, &line.record);
            ControlFlow::Continue(())
        })?;
        let mut valid: Vec<(String, GuestEntry)> = entries
            .into_iter()
            .filter(|(_, entry)| entry.is_sold && entry.quantity > 0)
            .collect();
        valid.sort_by_cached_key(|(_, entry)| (sort_key(&entry.buyer), entry.seq));
        let mut guests: Vec<Guest> = Vec::new();
        for (id, entry) in valid {
            match guests.last_mut() {
                Some(last) if WantedName::named(&last.buyer).is(&entry.buyer) => {
                    last.quantity = last.quantity.saturating_add(entry.quantity);
                    last.ids.push(id);
                    last.notes.extend(entry.note.clone());
                    last.each.push((entry.quantity, entry.note));
                }
                _ => guests.push(Guest {
                    buyer: entry.buyer,
                    quantity: entry.quantity,
                    ids: vec![id],
                    notes: entry.note.clone().into_iter().collect(),
                    each: vec![(entry.quantity, entry.note)],
                }),
            }
        }
        Ok(guests)
    }
}

fn note(entries: &mut HashMap<String, GuestEntry>, record: &Record<'_>) {
    let quantity = record.quantity.unsigned_abs();
    if let (Op::Sell | Op::Hold, Some(id)) = (record.op, record.id.as_deref()) {
        let entry = GuestEntry {
            buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
            quantity,
            note: record.note.as_deref().map(str::to_owned),
            is_sold: record.op == Op::Sell,
            seq: record.seq,
        };
        entries.insert(id.to_owned(), entry);
        return;
    }
    let Some(entry) = record
        .reference
        .as_deref()
        .and_then(|id| entries.get_mut(id))
    else {
        return;
    };
    match record.op {
        Op::Confirm => entry.is_sold = true,
        Op::Cancel | Op::Release | Op::Expire => {
            entry.quantity = entry.quantity.saturating_sub(quantity);
        }
        Op::Rename => record
            .buyer
            .as_deref()
            .unwrap_or_default()
            .clone_into(&mut entry.buyer),
        _ => {}
    }
}
