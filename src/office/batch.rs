//! Orders that are sold in one commit: the lock is taken once, they are decided one after another, and their lines are
//! written at once and made durable together.
//!
//! Invariant: each is answered as if those before it had been sold alone, one after another.

use std::time::Duration;

use super::BoxOffice;
use super::batch_decisions::Batch;
use super::batch_member::BatchMember;
use super::commit::Committed;
use super::order::{Observer, Order, Sale, Unobserved};
use super::purchase::WrittenName;
use crate::error::Result;
use crate::ledger::LockKind;
use crate::store::options::{CommitOptions, Durability};
use crate::store::{Lookup, Settle};

/// An order, and who watches what comes of it.
pub(crate) type Observed<'o> = (Order<'o>, &'o mut dyn Observer);

impl BoxOffice {
    /// Sells to each of these orders or refuses it, all in one commit: as [`BoxOffice::purchase`] would one after another,
    /// at the price of one. What was sold is durable when this returns, unless all of them ask for less; the lock is waited
    /// for as long as the most patient of them would.
    ///
    /// For orders that wait at the same time, as in a queue. A long list, from a file, is sold by
    /// [`BoxOffice::purchase_all`], which lets others in between.
    ///
    /// ```
    /// use tickets::BoxOffice;
    /// use tickets::Kind;
    /// use tickets::office::Order;
    ///
    /// let mut office = BoxOffice::in_memory(3)?;
    /// let orders = [
    ///     Order::new("alice", 2).key("web-1"),
    ///     Order::new("bob", 2),
    ///     Order::new("alice", 2).key("web-1"),
    ///     Order::new("carol", 1),
    /// ];
    /// let answers = office.purchase_together(&orders);
    /// let [Ok(alice), Err(bob), Ok(again), Ok(carol)] = &answers[..] else {
    ///     panic!("{answers:?}");
    /// };
    /// assert_eq!(bob.kind(), Kind::SoldOut { left: 1 });
    /// assert!(again.replayed && again.id == alice.id);
    /// assert_eq!((alice.left, carol.left), (1, 0));
    /// # Ok::<(), tickets::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`BoxOffice::purchase`], each for its order; one that befalls the commit, for all whose answers rest on it.
    pub fn purchase_together(&mut self, orders: &[Order<'_>]) -> Vec<Result<Sale>> {
        let mut nobody = vec![Unobserved; orders.len()];
        let orders = orders.iter().cloned().zip(&mut nobody);
        self.purchase_observed(
            orders
                .map(|(order, it)| (order, it as &mut dyn Observer))
                .collect(),
        )
    }

    /// The same, with an observer each: who stops one of them stops no other.
    pub(crate) fn purchase_observed(&mut self, mut orders: Vec<Observed<'_>>) -> Vec<Result<Sale>> {
        if let [(order, observer)] = orders.as_mut_slice() {
            return vec![self.purchase(order, observer)];
        }
        let names: Vec<Result<WrittenName<'_>>> = orders
            .iter()
            .map(|(order, _)| order.check_real().and_then(|()| WrittenName::of(order)))
            .collect();
        let options = options(orders.iter().map(|(order, _)| order));
        let looked = self.look_for_keys(orders.iter().map(|(order, _)| order), options.wait);
        let mut batch = Batch::default();
        for ((order, observer), name) in orders.into_iter().zip(&names) {
            let purchase = match (name, &looked) {
                (Err(error), _) => Err(error.again()),
                (Ok(_), Err(error)) if order.key.is_some() => Err(error.again()),
                (Ok(name), _) => self.asked(&order, name, None),
            };
            batch.members.push(BatchMember::new(purchase, observer));
        }
        let names = names.iter().flatten().map(WrittenName::text);
        let done = self.commit_batch(&mut batch, &names.collect::<Vec<_>>(), options);
        self.answers(batch, done, options)
    }

    /// Waits for a turn to sell, where others sell the same event: who orders meanwhile can be sold to in the same commit.
    pub(crate) fn await_turn(&mut self) {
        self.store.await_turn();
    }

    /// Looks for all keys without the lock.
    fn look_for_keys<'o>(
        &mut self,
        orders: impl Iterator<Item = &'o Order<'o>>,
        wait: Duration,
    ) -> Result<()> {
        let keys: Vec<Lookup<'_>> = orders
            .filter_map(|order| order.key)
            .map(Lookup::Key)
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.store.open(LockKind::Exclusive, wait)?;
        self.store.prefetch(&keys)
    }

    fn commit_batch(
        &mut self,
        batch: &mut Batch<'_>,
        names: &[&str],
        options: CommitOptions,
    ) -> Result<Committed> {
        let mut stock = std::mem::take(&mut self.stock).for_one_order();
        let done = self.commit_from(
            &mut stock,
            options,
            batch,
            &mut |head, ledger, batch, stock| batch.decide(head, ledger, stock, names),
        );
        if done.is_ok() {
            stock.done();
        } else {
            stock.forget_undone();
        }
        self.stock = stock;
        done
    }

    fn answers(
        &mut self,
        batch: Batch<'_>,
        done: Result<Committed>,
        options: CommitOptions,
    ) -> Vec<Result<Sale>> {
        let members = batch.members.into_iter();
        let error = match done {
            Ok(Committed { unpublished, .. }) => {
                return members
                    .map(|member| member.answer(unpublished.as_ref()))
                    .collect();
            }
            Err(error) => error,
        };
        let (head, written) = (batch.head, batch.is_written);
        let was_read = written || !self.store.assumes();
        // What others wrote before may be durable all the same: who asks for it again is told so.
        let earlier = members
            .as_slice()
            .iter()
            .filter_map(|member| member.known_before(&head));
        let settled = earlier.max().map(|end| {
            let settle = Settle {
                end,
                tally: head,
                written: false,
            };
            let settled = self.store.settle(settle, options);
            settled.map_err(|error| self.store.explain(error))
        });
        members
            .map(|member| match &settled {
                Some(Ok(unpublished)) if member.known_before(&head).is_some() => {
                    let unpublished = unpublished.as_ref();
                    if written {
                        member.answer(unpublished)
                    } else {
                        member.answer_by(head, unpublished)
                    }
                }
                Some(Err(error)) if member.known_before(&head).is_some() => Err(error.again()),
                _ => member.fail(&error, (was_read, written), &head),
            })
            .collect()
    }
}

/// One wait and one durability for all of them: the longest, and the safest.
fn options<'o>(orders: impl Iterator<Item = &'o Order<'o>>) -> CommitOptions {
    let mut options = CommitOptions {
        durability: Durability::Process,
        ..CommitOptions::durable(Duration::ZERO)
    };
    for order in orders {
        options.wait = options.wait.max(order.wait);
        if order.durability == Durability::Disk {
            options.durability = Durability::Disk;
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Kind};
    use crate::office::ahead::Ahead;
    use crate::office::taking::Stock;

    #[test]
    fn all_wait_as_long_as_the_most_patient_and_are_as_safe_as_the_safest() {
        let order = |seconds, durability| {
            let wait = Duration::from_secs(seconds);
            Order::new("ann", 1).wait(wait).durability(durability)
        };
        for turned in [false, true] {
            let mut orders = [order(5, Durability::Process), order(2, Durability::Disk)];
            if turned {
                orders.reverse();
            }
            let options = options(orders.iter());
            assert_eq!(options.wait, Duration::from_secs(5));
            assert_eq!(options.durability, Durability::Disk);
        }
        let quick = [order(0, Durability::Process), order(1, Durability::Process)];
        assert_eq!(options(quick.iter()).durability, Durability::Process);
    }

    /// On a cluster the ledger may have said otherwise, had it been read.
    #[test]
    fn a_refusal_by_what_was_assumed_falls_with_its_commit() {
        for (was_read, expected) in [(true, Kind::SoldOut { left: 1 }), (false, Kind::Io)] {
            let mut office = BoxOffice::in_memory(1).unwrap();
            let order = Order::new("ann", 2).key("k");
            let name = WrittenName::of(&order);
            let purchase = office.asked(&order, name.as_ref().unwrap(), None);
            let mut nobody = Unobserved;
            let mut member = BatchMember::new(purchase, &mut nobody);
            let options = CommitOptions::durable(Duration::ZERO);
            let mut ledger = office.store.begin(options).unwrap();
            let head = ledger.head().unwrap();
            let mut ahead = Ahead::of(&mut *ledger, head);
            member.decide(&mut ahead, &mut Stock::default());
            let why = Error::new(Kind::Io, "nobody answers");
            let told = member.fail(&why, (was_read, false), &head);
            assert_eq!(told.unwrap_err().kind(), expected);
        }
    }
}
