//! The life of an event: closed, reopened, its settings changed; a sale's name corrected; what it is now.

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::name;
use super::on_sale::OnSale;
use super::open_holds::OpenHolds;
use super::order::Unobserved;
use super::rules::check_settings;
use super::sale_id::{id_of, unknown};
use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, LockKind, Op, Record};
use crate::store::options::CommitOptions;
use crate::store::{Lookup, SaleState};

/// What an event holds, and whether it is on sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventState {
    /// How many are left: those on hand, and those whose hold is due.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
    /// How many are held and not due.
    pub held: u64,
    /// How many of those that are left have a hold that is due.
    pub due: u64,
    /// Whether tickets can be had.
    pub on_sale: OnSale,
    /// What it is called.
    pub title: Option<String>,
    /// Whether the ledger alone says so: `tickets.json` is missing or has no contents, and the next change writes
    /// it anew.
    pub rebuilt: bool,
}

/// What came of closing an event, or reopening it. It is durable.
#[derive(Debug)]
pub struct Turned {
    /// Whether tickets can be had by now.
    pub on_sale: OnSale,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

/// By what an event is sold after a change of that. It is durable.
#[derive(Debug)]
pub struct SettingsChange {
    /// By what it is sold now.
    pub settings: EventSettings,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

/// A sale whose name was corrected.
#[derive(Debug)]
pub struct Renamed {
    /// Its id.
    pub id: String,
    /// The buyer's name by now.
    pub buyer: String,
    /// How many tickets it has.
    pub quantity: u64,
    /// Whether it is held, and not sold.
    pub is_held: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
    /// What the event holds, and whether it is on sale. Takes no lock, waits for nobody, writes nothing.
    ///
    /// # Errors
    /// [`Kind::Integrity`] when the count and the ledger do not add up, whatever the reason.
    pub fn state(&self) -> Result<EventState> {
        self.numbered_state().map(|(_, state, _)| state)
    }

    /// The same, with the number of the last line of the ledger, and with the settings; `None`: it was not made for real.
    pub(crate) fn numbered_state(&self) -> Result<(u64, EventState, Option<EventSettings>)> {
        let (mut head, now) = (self.store.head(LockKind::Exclusive)?, self.clock.now());
        let settings = self.store.settings()?;
        let mut holds = OpenHolds::default();
        if head.tally.index.may_be_due(now) {
            head = self.store.survey(&mut holds)?;
        }
        let (tally, due) = (head.tally, holds.due_tickets(now));
        let left = tally.left.saturating_add(due);
        let on_sale = match OnSale::by_rules(settings.as_ref(), tally.index.closed, now) {
            OnSale::Open if left == 0 => OnSale::SoldOut,
            on_sale => on_sale,
        };
        let state = EventState {
            left,
            sold: tally.sold,
            held: tally.held.saturating_sub(due),
            due,
            on_sale,
            title: settings
                .as_ref()
                .and_then(|settings| settings.title.clone()),
            rebuilt: head.rebuilt,
        };
        Ok((tally.seq, state, settings))
    }

    /// By what the event is sold; `None`: it was not made for real.
    ///
    /// # Errors
    /// [`Kind::Integrity`] when the count and the ledger do not add up, whatever the reason.
    pub fn settings(&self) -> Result<Option<EventSettings>> {
        self.store.settings()
    }

    /// Ends the sale for now: no sale and no hold until [`BoxOffice::reopen`]. Closed again, nothing is written.
    pub fn close(&mut self, change: &Change<'_>) -> Result<Turned> {
        let unpublished = self.turn(Op::Close, change)?;
        let on_sale = OnSale::Closed;
        Ok(Turned {
            on_sale,
            unpublished,
        })
    }

    /// Goes on with the sale, as far as its times and its stock allow. Open already, nothing is written.
    pub fn reopen(&mut self, change: &Change<'_>) -> Result<Turned> {
        let unpublished = self.turn(Op::Reopen, change)?;
        // What was done stands, whether or not it can be read again.
        let on_sale = self.state().map_or(OnSale::Open, |state| state.on_sale);
        Ok(Turned {
            on_sale,
            unpublished,
        })
    }

    /// Returns why `tickets.json` does not show it yet.
    fn turn(&mut self, op: Op, change: &Change<'_>) -> Result<Option<Error>> {
        change.check_without_key()?;
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, _, _| {
                if head.index.closed == (op == Op::Close) {
                    return Ok(Decision::Known { end: head.bytes });
                }
                Decision::write(
                    head,
                    vec![Record {
                        reason: change.reason.map(Into::into),
                        by: change.by.map(Into::into),
                        ..Record::new(op, head.seq + 1, 0, head.left)
                    }],
                )
            },
        )?;
        Ok(done.unpublished)
    }

    /// Changes by what the event is sold; an event that was made to practise on is for real from then on. `change_to`
    /// makes the new settings of those that there are.
    ///
    /// # Errors
    /// What `change_to` returns, and [`Kind::Usage`]: the settings make no sense. Then nothing is changed.
    pub fn set(
        &mut self,
        change: &Change<'_>,
        change_to: &mut dyn FnMut(EventSettings) -> Result<EventSettings>,
    ) -> Result<SettingsChange> {
        change.check_without_key()?;
        let mut settings = EventSettings::default();
        known_bad!(SetUnlocked => settings = self.store.settings()?.unwrap_or_default());
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, transaction, _| {
                known_bad!(SetUnlocked => return Decision::write(head, vec![Record::set(head.seq + 1, head.left, change_to(settings.clone())?)]));
                let before = transaction.settings()?;
                settings = change_to(before.clone().unwrap_or_default())?;
                check_settings(&settings)?;
                if before.as_ref() == Some(&settings) {
                    return Ok(Decision::Known { end: head.bytes });
                }
                let mut record = Record::set(head.seq + 1, head.left, settings.clone());
                record.reason = change.reason.map(Into::into);
                record.by = change.by.map(Into::into);
                Decision::write(head, vec![record])
            },
        )?;
        Ok(SettingsChange {
            settings,
            unpublished: done.unpublished,
        })
    }

    /// Corrects the buyer's name on a sale or a hold. Moves no tickets.
    ///
    /// # Errors
    /// [`Kind::Refused`]: there is no such sale; [`Kind::Cancelled`]: nothing of it is left.
    pub fn rename(&mut self, id: &str, buyer: &str, change: &Change<'_>) -> Result<Renamed> {
        change.check_without_key()?;
        let buyer = &*name::checked(buyer)?;
        let id = id_of(id)?;
        self.store.open(LockKind::Exclusive, change.wait)?;
        self.store.prefetch(&[Lookup::Id(id)])?;
        let (mut quantity, mut gone, mut whole) = (0, false, String::new());
        let (mut ended, mut is_held) = (false, false);
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, transaction, _| {
                let sale = transaction
                    .find(Lookup::Id(id))?
                    .ok_or_else(|| unknown(id))?;
                quantity = sale.kept();
                is_held = sale.state == SaleState::Held;
                ended = matches!(sale.state, SaleState::Released | SaleState::Expired);
                gone = ended || quantity == 0;
                whole.clone_from(&sale.id);
                if gone || sale.buyer == buyer {
                    return Ok(Decision::Known { end: sale.end });
                }
                Decision::write(
                    head,
                    vec![Record {
                        reference: Some(whole.clone().into()),
                        buyer: Some(buyer.into()),
                        reason: change.reason.map(Into::into),
                        by: change.by.map(Into::into),
                        ..Record::new(Op::Rename, head.seq + 1, 0, head.left)
                    }],
                )
            },
        )?;
        if gone {
            let message = if ended {
                format!("hold {whole} has ended")
            } else {
                format!("nothing of sale {whole} is left")
            };
            return Err(Error::new(Kind::Cancelled, message));
        }
        Ok(Renamed {
            id: whole,
            buyer: buyer.to_owned(),
            quantity,
            is_held,
            unpublished: done.unpublished,
        })
    }
}
