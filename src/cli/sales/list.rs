//! Which sales are listed, and what they come to.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::Serialize;

use super::super::args::SalesArgs;
use crate::office::Sold;
use crate::{BoxOffice, Result};

/// The sales that are asked for.
pub(super) struct SaleList<'a> {
    office: &'a BoxOffice,
    name: Option<&'a str>,
    since: Option<Timestamp>,
    limit: Option<usize>,
}

/// What all sales that are asked for come to, also those that a limit leaves out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Total {
    pub(super) sales: u64,
    pub(super) quantity: u64,
    pub(super) cancelled: u64,
    pub(super) valid: u64,
    /// How many are shown.
    #[serde(skip)]
    pub(super) shown: u64,
}

/// A sale that may be shown when all are read.
struct KeptSale {
    texts: [String; 3],
    key: Option<String>,
    note: Option<String>,
    rush: Option<String>,
    numbers: [u64; 3],
}

/// Shows a sale.
type Show<'s> = dyn FnMut(&Sold<'_>) -> io::Result<()> + 's;

impl<'a> SaleList<'a> {
    pub(super) fn of(office: &'a BoxOffice, arguments: &'a SalesArgs) -> Self {
        Self {
            office,
            name: arguments.name.as_deref(),
            since: arguments.since,
            limit: arguments.limit.map(|limit| limit as usize),
        }
    }

    /// Shows each; of more than the limit, the last. The outer error is that they cannot be read, the inner one that
    /// they cannot be written.
    pub(super) fn show(&self, show: &mut Show<'_>) -> Result<io::Result<Total>> {
        let mut total = Total::default();
        let mut written = Ok(());
        let mut kept: VecDeque<KeptSale> = VecDeque::new();
        self.office.sales(self.name, &mut |sale| {
            if !self.is_wanted(sale) {
                return ControlFlow::Continue(());
            }
            total.add(sale);
            match self.limit {
                None => written = show(sale),
                Some(0) => {}
                Some(limit) => {
                    if kept.len() == limit {
                        kept.pop_front();
                    }
                    kept.push_back(KeptSale::of(sale));
                }
            }
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        total.shown = match self.limit {
            None => total.sales,
            Some(_) => kept.len() as u64,
        };
        let written = written.and_then(|()| kept.iter().try_for_each(|kept| show(&kept.sale())));
        Ok(written.map(|()| total))
    }

    /// Whether it became a sale since then. A line whose time cannot be read is not left out.
    fn is_wanted(&self, sale: &Sold<'_>) -> bool {
        let at = || sale.at.parse::<Timestamp>();
        self.since
            .is_none_or(|since| at().map_or(true, |at| at >= since))
    }
}

impl Total {
    fn add(&mut self, sale: &Sold<'_>) {
        self.sales += 1;
        for (sum, more) in [
            (&mut self.quantity, sale.quantity),
            (&mut self.cancelled, sale.cancelled),
            (&mut self.valid, sale.valid),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

impl KeptSale {
    fn of(sale: &Sold<'_>) -> Self {
        Self {
            texts: [sale.id, sale.at, sale.buyer].map(str::to_owned),
            key: sale.key.map(str::to_owned),
            note: sale.note.map(str::to_owned),
            rush: sale.rush.map(str::to_owned),
            numbers: [sale.quantity, sale.cancelled, sale.valid],
        }
    }

    fn sale(&self) -> Sold<'_> {
        let ([id, at, buyer], [quantity, cancelled, valid]) = (&self.texts, self.numbers);
        Sold {
            id,
            at,
            buyer,
            quantity,
            cancelled,
            valid,
            key: self.key.as_deref(),
            note: self.note.as_deref(),
            rush: self.rush.as_deref(),
            was: None,
        }
    }
}
