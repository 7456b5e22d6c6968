//! What a buyer wants, what came of it, and who watches.

use std::thread;
use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, MAX_STOCK, Step};
use crate::store::options::{Durability, Writes};

/// The longest name of a buyer, and the longest idempotency key, in bytes.
pub const MAX_NAME: usize = 256;

/// The longest reason of a cancellation or an adjustment, in bytes.
pub const MAX_REASON: usize = 1000;

/// How long a lock is waited for unless told otherwise.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// A wish to buy.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Who buys.
    pub buyer: &'a str,
    /// How many.
    pub quantity: u64,
    /// The idempotency key: however often an order with it is given, it is sold once. Only for real
    /// sales, under the exclusive lock.
    pub key: Option<&'a str>,
    /// Under which lock.
    pub lock: LockKind,
    /// How long to think between reading the count and writing the sale (the chapter's network
    /// delay).
    pub think: Duration,
    /// How long to wait for the lock.
    pub wait: Duration,
    /// The run of the rush that this belongs to; `None` for a real sale.
    pub rush: Option<&'a str>,
    /// What an answered sale survives.
    pub durability: Durability,
    /// How `tickets.json` is written.
    pub writes: Writes,
}

impl<'a> Order<'a> {
    /// A real sale: under the exclusive lock, without a think time.
    #[must_use]
    pub fn new(buyer: &'a str, quantity: u64) -> Self {
        Self {
            buyer,
            quantity,
            key: None,
            lock: LockKind::Exclusive,
            think: Duration::ZERO,
            wait: DEFAULT_WAIT,
            rush: None,
            durability: Durability::Disk,
            writes: Writes::Replace,
        }
    }

    /// An error when it makes no sense.
    pub(super) fn check(&self) -> Result<()> {
        if self.quantity == 0 || self.quantity > MAX_STOCK {
            let quantity = self.quantity;
            return Err(Error::new(
                Kind::Usage,
                format!("cannot buy {quantity} tickets"),
            ));
        }
        check_text("a buyer's name", self.buyer, MAX_NAME)?;
        let Some(key) = self.key else { return Ok(()) };
        check_text("a key", key, MAX_NAME)?;
        if self.lock == LockKind::Exclusive {
            return Ok(());
        }
        let message = "a key needs the exclusive lock: without it two buyers may both find it new";
        Err(Error::new(Kind::Usage, message))
    }
}

pub(super) fn check_text(what: &str, text: &str, most: usize) -> Result<()> {
    if (1..=most).contains(&text.len()) {
        return Ok(());
    }
    let length = text.len();
    Err(Error::new(
        Kind::Usage,
        format!("{what} has 1 to {most} bytes, not {length}"),
    ))
}

/// A sale that is on the ledger, and durable unless the order asked for less.
#[derive(Debug)]
pub struct Sale {
    /// Its id: the number of its ledger line and six random characters.
    pub id: String,
    /// Who bought.
    pub buyer: String,
    /// How many.
    pub quantity: u64,
    /// How many are left: after this sale, or now, where it is an earlier one's replay.
    pub left: u64,
    /// The number of its ledger line.
    pub seq: u64,
    /// Whether it was sold before, under the same key.
    pub replayed: bool,
    /// Why `tickets.json` does not show this sale yet. The sale stands; the next one brings the
    /// count up to the ledger.
    pub unpublished: Option<Error>,
}

/// Watches a purchase and may stop it before it sells: what the rush, and tests, hang on.
pub trait Observer {
    /// Called at each step. An error up to [`Step::Write`] stops the purchase, and nothing is
    /// sold; later ones are not obeyed.
    fn at(&mut self, step: Step) -> Result<()> {
        let _ = step;
        Ok(())
    }

    /// Thinks for so long. An error stops the purchase.
    fn think(&mut self, time: Duration) -> Result<()> {
        thread::sleep(time);
        Ok(())
    }

    /// Asked while waiting for the lock; `false` stops the purchase.
    fn still_wanted(&mut self) -> bool {
        true
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
