//! The one commit: begin, lock, head, decide, append, release, settle.
//!
//! Sales, cancellations and adjustments all go through [`BoxOffice::commit`], under whatever lock. It knows nothing
//! of where the event is stored: the lock's kind says whether the lock covers the read, the write alone, or nothing,
//! and the store's transaction does the rest.

use super::BoxOffice;
use super::order::Observer;
use super::taking::Stock;
use crate::error::{Error, Kind, Result};
use crate::ledger::{NewLines, Record, Step, Tally};
use crate::store::options::{CommitOptions, Durability};
use crate::store::{Append, LedgerQuery, Settle, Transaction, patiently};

/// What is to be done, by what was read.
pub(super) enum Decision<'r> {
    /// These lines are to be written, all at once.
    Write(NewLines<'r>),
    /// The ledger says already, up to here, what was to be written.
    Known {
        /// What must be durable before that is answered.
        end: u64,
    },
}

impl<'r> Decision<'r> {
    /// To write this behind a ledger that adds up to `head`.
    pub(super) fn write(head: &Tally, records: Vec<Record<'r>>) -> Result<Self> {
        let mut lines = NewLines::behind(*head);
        lines.add(records)?;
        Ok(Self::Write(lines))
    }
}

/// Decides by what the ledger adds up to, and by what stands on it.
pub(super) type Decide<'d, 'r, O> =
    dyn FnMut(&Tally, &mut dyn LedgerQuery, &mut O) -> Result<Decision<'r>> + 'd;

/// The same, with what takes from the stock.
pub(super) type DecideTaking<'d, 'r, O> =
    dyn FnMut(&Tally, &mut dyn LedgerQuery, &mut O, &mut Stock) -> Result<Decision<'r>> + 'd;

/// What was done.
pub(super) struct Committed {
    /// What the ledger adds up to with the line, or with what was found.
    pub(super) tally: Tally,
    /// Why the count does not show it yet.
    pub(super) unpublished: Option<Error>,
}

/// What came of the first stage.
struct Decided {
    settle: Settle,
    unpublished: Option<Error>,
    /// Whether a lock was held.
    locked: bool,
}

impl BoxOffice {
    /// Writes the lines that `decide` makes of what it reads, and makes them durable. `decide` may be asked again: when
    /// the lock was lost meanwhile.
    pub(super) fn commit<O: Observer>(
        &mut self,
        options: CommitOptions,
        observer: &mut O,
        decide: &mut Decide<'_, '_, O>,
    ) -> Result<Committed> {
        let committed = self.commit_once(options, observer, decide);
        let explain = |error| self.store.explain(error);
        match committed {
            Ok(committed) => Ok(Committed {
                unpublished: committed.unpublished.map(explain),
                ..committed
            }),
            Err(error) => Err(explain(error)),
        }
    }

    /// The same for what takes from the stock, with what it needs to know of holds and buyers. Where that is far to
    /// read, the lock is given up, that is read, and all begins again.
    pub(super) fn commit_taking<O: Observer>(
        &mut self,
        options: CommitOptions,
        observer: &mut O,
        decide: &mut DecideTaking<'_, '_, O>,
    ) -> Result<Committed> {
        let mut stock = std::mem::take(&mut self.stock).for_one_order();
        known_bad!(ExpiryUnlocked => self.store.follow(&mut stock.holds)?);
        let done = self.commit_from(&mut stock, options, observer, decide);
        self.stock = stock;
        done
    }

    /// The same with what is known of holds and buyers already.
    pub(super) fn commit_from<O: Observer>(
        &mut self,
        stock: &mut Stock,
        options: CommitOptions,
        observer: &mut O,
        decide: &mut DecideTaking<'_, '_, O>,
    ) -> Result<Committed> {
        loop {
            let wanted = stock.wants;
            let done = self.commit(options, observer, &mut |head, transaction, observer| {
                decide(head, transaction, observer, stock)
            });
            match &mut stock.buyers {
                _ if done.is_err() && stock.wants.holds && !wanted.holds => {
                    self.store.follow(&mut stock.holds)?;
                }
                Some(buyers) if done.is_err() && stock.wants.buyers && !wanted.buyers => {
                    self.store.follow(buyers)?;
                }
                _ => return done,
            }
        }
    }

    fn commit_once<O: Observer>(
        &mut self,
        options: CommitOptions,
        observer: &mut O,
        decide: &mut Decide<'_, '_, O>,
    ) -> Result<Committed> {
        patiently(options.wait, || self.store.open(options.lock, options.wait))?;
        let decided = loop {
            // Nothing is written as long as the files cannot be read.
            let decided = patiently(options.wait, || self.decide(options, observer, decide))?;
            if let Some(decided) = decided {
                break decided;
            }
        };
        if decided.locked {
            let _ = observer.at(Step::LockReleased);
        }
        let settle = decided.settle;
        let unpublished = self.store.settle(settle, options)?;
        if options.durability == Durability::Disk || !settle.written {
            let _ = observer.at(Step::Durable);
        }
        Ok(Committed {
            tally: settle.tally,
            unpublished: unpublished.or(decided.unpublished),
        })
    }

    /// The first stage: reads, and appends what `decide` makes of it. `None`: the lock was lost under our hands;
    /// nothing was changed.
    fn decide<O: Observer>(
        &mut self,
        options: CommitOptions,
        observer: &mut O,
        decide: &mut Decide<'_, '_, O>,
    ) -> Result<Option<Decided>> {
        let mut transaction = self.store.begin(options)?;
        let mut locked = false;
        let result = run(&mut *transaction, options, (observer, &mut locked), decide);
        if locked {
            let _ = observer.at(Step::LockReleasing);
        }
        // The lock is released here.
        drop(transaction);
        let decided = result?;
        Ok(decided.map(|(settle, unpublished)| Decided {
            settle,
            unpublished,
            locked,
        }))
    }
}

fn run<O: Observer>(
    transaction: &mut dyn Transaction,
    options: CommitOptions,
    (observer, locked): (&mut O, &mut bool),
    decide: &mut Decide<'_, '_, O>,
) -> Result<Option<(Settle, Option<Error>)>> {
    if options.lock.covers_the_read() {
        lock(transaction, observer, locked)?;
    }
    let head = transaction.head()?;
    let lines = match decide(&head, transaction, observer) {
        Ok(Decision::Write(lines)) => lines,
        Err(error) if error.kind() == Kind::Interrupted => return Err(error),
        // To write compares it.
        _ if !transaction.verify()? => return Ok(None),
        Err(error) => return Err(error),
        Ok(Decision::Known { end }) => {
            let known = Settle {
                end,
                tally: head,
                written: false,
            };
            return Ok(Some((known, None)));
        }
    };
    if !options.lock.covers_the_read() {
        lock(transaction, observer, locked)?;
    }
    let told = &mut |step| drop(observer.at(step));
    Ok(match transaction.append(&lines, told)? {
        Append::Conflict => None,
        Append::Written { tally, unpublished } => {
            let written = Settle {
                end: tally.bytes,
                tally,
                written: true,
            };
            Some((written, unpublished))
        }
    })
}

fn lock<O: Observer>(
    transaction: &mut dyn Transaction,
    observer: &mut O,
    locked: &mut bool,
) -> Result<()> {
    observer.at(Step::LockWanted)?;
    let Some(id) = transaction.lock(&mut || observer.still_wanted())? else {
        return Ok(());
    };
    *locked = true;
    observer.at(id.got())
}
