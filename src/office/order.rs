//! What a buyer wants, what came of it, and who watches.

use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, MAX_STOCK, Step};
use crate::store::options::{Durability, Writes};

/// The longest name of a buyer, as it is written down, and the longest idempotency key, in bytes.
pub const MAX_NAME: usize = 256;

/// The longest reason of a cancellation or an adjustment, in bytes.
pub const MAX_REASON: usize = 1000;

/// How long a lock is waited for unless told otherwise.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// An order: a real sale, under the exclusive lock.
///
/// ```
/// use tickets::office::{Durability, Order};
///
/// let order = Order::new("alice", 2)
///     .key("web-7f1c")
///     .durability(Durability::Disk);
/// ```
#[derive(Debug, Clone)]
#[must_use = "an order does nothing until it is given to an office"]
pub struct Order<'a> {
    pub(crate) buyer: &'a str,
    pub(crate) quantity: u64,
    pub(crate) key: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    pub(crate) by: Option<&'a str>,
    pub(crate) wait: Duration,
    pub(crate) durability: Durability,
}

/// How a buyer of the lab or of a rush sells. A caller's sale has no choice: it is [`Conditions::REAL`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions<'a> {
    /// Under which lock.
    pub(crate) lock: LockKind,
    /// How `tickets.json` is written.
    pub(crate) writes: Writes,
    /// The run of the rush that the sale belongs to.
    pub(crate) rush: Option<&'a str>,
}

impl Conditions<'_> {
    /// The one way of selling that is sound.
    pub(crate) const REAL: Self = Self {
        lock: LockKind::Exclusive,
        writes: Writes::Replace,
        rush: None,
    };
}

impl<'a> Order<'a> {
    /// So many tickets for this buyer, whose name is written down without outer spaces and in NFC: without a key, durable, and with [`DEFAULT_WAIT`].
    pub fn new(buyer: &'a str, quantity: u64) -> Self {
        Self {
            buyer,
            quantity,
            key: None,
            note: None,
            by: None,
            wait: DEFAULT_WAIT,
            durability: Durability::Disk,
        }
    }

    /// With this idempotency key: however often an order with it is given, it is sold once.
    pub fn key(self, key: impl Into<Option<&'a str>>) -> Self {
        let key = key.into();
        Self { key, ..self }
    }

    /// With a note of the seller, such as "paid cash".
    pub fn note(self, note: impl Into<Option<&'a str>>) -> Self {
        let note = note.into();
        Self { note, ..self }
    }

    /// Sold by this one; kept on the ledger.
    pub fn by(self, by: impl Into<Option<&'a str>>) -> Self {
        let by = by.into();
        Self { by, ..self }
    }

    /// Waits so long for the lock.
    pub fn wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// What the sale survives once it is answered.
    pub fn durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// The same of a real sale or a hold.
    pub(super) fn check_real(&self) -> Result<()> {
        self.check_under(&Conditions::REAL)
    }

    /// An error when it makes no sense.
    pub(super) fn check_under(&self, conditions: &Conditions<'_>) -> Result<()> {
        if self.quantity == 0 || self.quantity > MAX_STOCK {
            let quantity = self.quantity;
            return Err(Error::new(
                Kind::Usage,
                format!("cannot buy {quantity} tickets"),
            ));
        }
        if let Some(note) = self.note {
            check_text("a note", note, MAX_REASON)?;
        }
        if let Some(by) = self.by {
            check_text("a name", by, MAX_NAME)?;
        }
        let Some(key) = self.key else { return Ok(()) };
        check_text("a key", key, MAX_NAME)?;
        if conditions.lock == LockKind::Exclusive {
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
    /// Who bought, as the ledger has it.
    pub buyer: String,
    /// How many.
    pub quantity: u64,
    /// When it was written, RFC 3339 in UTC. For people.
    pub at: String,
    /// How many are left: after this sale, or now, where it is an earlier one's replay.
    pub left: u64,
    /// How many are held in all, due or not.
    pub held: u64,
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

    /// Asked while waiting for the lock; `false` stops the purchase.
    fn still_wanted(&mut self) -> bool {
        true
    }
}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn at(&mut self, step: Step) -> Result<()> {
        (**self).at(step)
    }

    fn still_wanted(&mut self) -> bool {
        (**self).still_wanted()
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
