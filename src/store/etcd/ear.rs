//! What etcd's watch tells of the count while turns are taken, and who it was.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::attempts::Attempts;
use super::deadline::Deadline;
use super::key_space::KeySpace;
use super::wire::{KeyValue, RangeRequest, TransactionResponse, Txn, TxnOperation, WireNumber};

/// So many changes are remembered: two of each of those who take turns.
const REMEMBERED: usize = 16;

/// How long is looked at most.
const LOOK: Deadline = Deadline::EachRequest(Duration::from_millis(500));

/// A count that was told of, and as of when.
pub(super) type ToldCount = (KeyValue, u64);

/// The changes that were told of last, by whomever, and who waits for them.
#[derive(Debug, Default)]
pub(super) struct Ear {
    told: Mutex<VecDeque<ToldCount>>,
    bell: Condvar,
}

impl Ear {
    pub(super) fn hear(&self, count: KeyValue, at: u64) {
        let mut told = self.told();
        if told.len() == REMEMBERED {
            told.pop_front();
        }
        told.push_back((count, at));
        self.bell.notify_all();
    }

    pub(super) fn told(&self) -> MutexGuard<'_, VecDeque<ToldCount>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something is told, and so long at most.
    pub(super) fn wait<'e>(
        &self,
        told: MutexGuard<'e, VecDeque<ToldCount>>,
        long: Duration,
    ) -> MutexGuard<'e, VecDeque<ToldCount>> {
        let waited = self.bell.wait_timeout(told, long);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl KeySpace {
    /// How many others sell about as much as we do, by what was told of; `None`: nobody says.
    pub(super) fn other_sellers(&self, told: &[ToldCount]) -> Option<usize> {
        let lines = told.iter().filter_map(|(count, at)| {
            let head = self.head_of(count, *at).ok()?;
            let (generation, seq) = (head.anchor.generation, head.tally.seq);
            let (key, end) = self.names.lines(generation, seq, seq);
            Some(TxnOperation::Range(RangeRequest {
                key,
                range_end: Some(end),
                limit: WireNumber(1),
                keys_only: true,
                ..RangeRequest::default()
            }))
        });
        let reads = Txn {
            success: lines.collect(),
            ..Txn::default()
        };
        let answer: TransactionResponse = self.client.call("kv/txn", &reads, LOOK).ok()?;
        let keys = answer.responses.iter();
        let keys = keys.filter_map(|found| found.response_range.kvs.first());
        let whose = keys.filter_map(|line| self.names.attempt_of(&line.key));
        Some(others(whose.map(Attempts::whose), &self.attempts.ours()))
    }
}

/// How many others are among these more than a third as often as we are: nobody waits for one who sells little.
fn others<'k>(whose: impl Iterator<Item = &'k str>, ours: &str) -> usize {
    let mut changes = HashMap::<&str, usize>::new();
    for whose in whose {
        *changes.entry(whose).or_default() += 1;
    }
    let own = changes.remove(ours).unwrap_or_default();
    changes.values().filter(|many| 3 * **many > own).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sells_a_third_of_what_we_do_is_not_waited_for() {
        for (whose, expected) in [
            ("", 0),
            ("we", 0),
            ("we a", 1),
            ("we a we b we a we b we a", 2),
            ("we a we b we a we b", 2),
            ("we a we b we a we", 1),
            ("we we we a", 0),
            ("a b a c", 3),
        ] {
            let whose = whose.split_whitespace();
            assert_eq!(others(whose.clone(), "we"), expected, "{whose:?}");
        }
    }

    #[test]
    fn the_last_changes_are_remembered() {
        let ear = Ear::default();
        for at in 0..20 {
            ear.hear(KeyValue::default(), at);
        }
        let told: Vec<u64> = ear.told().iter().map(|(_, at)| *at).collect();
        assert_eq!(told, (4..20).collect::<Vec<u64>>());
    }
}
