//! What a buyer wants, what came of it, and who watches.

use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::store::durable::Durability;
use crate::store::lock::LockKind;
use crate::store::snapshot::MAX_STOCK;

/// The longest name of a buyer, and the longest idempotency key, in bytes.
pub const MAX_NAME: usize = 256;

/// The longest reason of a cancellation or an adjustment, in bytes.
pub const MAX_REASON: usize = 1000;

/// How long a lock is waited for unless told otherwise.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// A wish to buy: a real sale, under the exclusive lock.
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

/// How `tickets.json` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writes {
    /// Replaced by another file in one step: whoever reads finds the old count or the new one.
    #[default]
    Replace,
    /// Cut to nothing and written over, under whatever lock: whoever reads in between finds an empty
    /// file. For the race lab only.
    InPlace,
}

impl<'a> Order<'a> {
    /// So many tickets for this buyer: without a key, durable, and with [`DEFAULT_WAIT`].
    pub fn new(buyer: &'a str, quantity: u64) -> Self {
        Self {
            buyer,
            quantity,
            key: None,
            wait: DEFAULT_WAIT,
            durability: Durability::Disk,
        }
    }

    /// With this idempotency key: however often an order with it is given, it is sold once.
    pub fn key(self, key: impl Into<Option<&'a str>>) -> Self {
        let key = key.into();
        Self { key, ..self }
    }

    /// Waits so long for the lock.
    pub fn wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// What the sale survives once it is answered.
    pub fn durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// An error when it makes no sense.
    pub(super) fn check(&self, conditions: &Conditions<'_>) -> Result<()> {
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

/// A step of a purchase, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// About to ask for the lock.
    LockWanted,
    /// The lock is held.
    LockGot {
        /// The device of the locked file; 0 for a mutex.
        device: u64,
        /// Its inode; 0 for a mutex.
        inode: u64,
    },
    /// The count was read.
    Read {
        /// How many were left.
        left: u64,
        /// The last line of the ledger then: the version that was read.
        seq: u64,
        /// The checksum of that line.
        sum: u64,
    },
    /// About to write the sale.
    Write {
        /// How many will be left.
        left: u64,
        /// The number of the line to write.
        seq: u64,
        /// The random part of the sale's id: it tells this attempt from all others.
        nonce: Nonce,
    },
    /// The sale is on the ledger.
    Written,
    /// `tickets.json` was cut to nothing, and is about to be written: [`Writes::InPlace`].
    Truncated,
    /// About to release the lock, whatever came of the purchase.
    LockReleasing,
    /// The lock is released, and the sale is on the ledger.
    LockReleased,
    /// The sale is durable. Not told of a sale that is only to survive the processes.
    Durable,
}

/// The random part of a sale's id: six letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nonce(pub(super) u32);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Crockford's base 32: no letter that is easily taken for another.
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        for at in 0..6 {
            let index = (self.0 >> (5 * at)) as usize % ALPHABET.len();
            let letter = ALPHABET.get(index).copied().unwrap_or(b'0');
            f.write_char(char::from(letter))?;
        }
        Ok(())
    }
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

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
