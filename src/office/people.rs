//! Looking for somebody: what they have, and who was perhaps meant.

use std::ops::ControlFlow;

use super::BoxOffice;
use super::name::{Alike, WantedName};
use crate::error::Result;

/// A sale or an open hold of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Its id.
    pub id: String,
    /// In whose name it is by now.
    pub buyer: String,
    /// How many tickets it has that are not cancelled.
    pub quantity: u64,
    /// Whether it is held, and not sold.
    pub is_held: bool,
}

impl BoxOffice {
    /// What somebody of this name has, sales of which something is left and open holds: of the whole name, or, where
    /// nobody has that, of names like it as [`BoxOffice::buyers_like`] has them. `most` at most. Takes no lock.
    ///
    /// # Errors
    /// As for [`BoxOffice::sales`].
    pub fn bookings_of(&self, name: &str, most: usize) -> Result<Vec<Booking>> {
        let (alike, wanted) = (Alike::to(name), WantedName::named(name));
        let (mut own, mut like) = (Vec::new(), Vec::new());
        self.bookings(&mut |booking| {
            let found = match &booking.buyer {
                buyer if wanted.is(buyer) => &mut own,
                buyer if alike.is(buyer) => &mut like,
                _ => return ControlFlow::Continue(()),
            };
            if found.len() < most {
                found.push(booking);
            }
            match own.len() {
                full if full == most => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })?;
        Ok(if own.is_empty() { like } else { own })
    }

    /// Buyers whose names have every word of this one in them, whatever the capitals and accents, of sales and of open
    /// holds: `most` at most, each once. Takes no lock.
    ///
    /// # Errors
    /// As for [`BoxOffice::sales`].
    pub fn buyers_like(&self, name: &str, most: usize) -> Result<Vec<String>> {
        let alike = Alike::to(name);
        let mut found: Vec<String> = Vec::new();
        let mut see = |buyer: &str| {
            if alike.is(buyer) && !found.iter().any(|known| known == buyer) {
                found.push(buyer.to_owned());
            }
            if found.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        self.sales(None, &mut |sale| see(sale.buyer))?;
        self.open_holds(None, &mut |hold| see(hold.buyer))?;
        found.truncate(most);
        Ok(found)
    }

    /// Sales of which something is left, then open holds.
    fn bookings(&self, see: &mut dyn FnMut(Booking) -> ControlFlow<()>) -> Result<()> {
        let mut goes_on = ControlFlow::Continue(());
        self.sales(None, &mut |sale| {
            if sale.valid > 0 {
                goes_on = see(Booking {
                    id: sale.id.to_owned(),
                    buyer: sale.buyer.to_owned(),
                    quantity: sale.valid,
                    is_held: false,
                });
            }
            goes_on
        })?;
        if goes_on.is_break() {
            return Ok(());
        }
        self.open_holds(None, &mut |hold| {
            see(Booking {
                id: hold.id.to_owned(),
                buyer: hold.buyer.to_owned(),
                quantity: hold.quantity,
                is_held: true,
            })
        })
    }
}
