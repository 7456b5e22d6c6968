//! Random small histories, judged by the verdict and by a search through all orders.
//!
//! `TICKETS_HISTORIES=200000 cargo test --test it histories -- --nocapture` makes that many and says how often
//! each anomaly was among them; `TICKETS_HISTORY_SEED=N` makes those of another seed, which is printed with
//! whatever fails.

use std::collections::BTreeMap;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use tickets::check::evidence::{
    CommittedLine, Evidence, FinalCount, Operation, OperationOutcome, UNSAID, WriteNonce,
};
use tickets::check::proof;
use tickets::check::{Anomaly, HistoryVerdict, judge};

use super::forged::{ALL, forgeries, tampered};
use super::further_reads;
use super::locks;

const SEED: u64 = 20_260_501;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// A legal run of up to six operations, in the order in which they took effect; then, mostly, spoilt.
fn history(random: &mut Xoshiro256PlusPlus) -> Evidence {
    let mut evidence = Evidence {
        stock: random.random_range(0..5),
        first: random.random_range(0..3),
        ..Evidence::default()
    };
    // Of some all stamps are nearly equal: then any order is possible.
    let (step, most) = if random.random_bool(0.1) {
        (0, 2)
    } else {
        (10, 30)
    };
    let unanswered = if random.random_bool(0.1) { 0.5 } else { 0.15 };
    let (mut seq, mut left) = (evidence.first, evidence.stock);
    let mut before = (seq, left);
    let mut ledger = Vec::new();
    for at in 0..random.random_range(1..=6_u64) {
        let buyer = evidence.names.number(&format!("user-{at}")).unwrap();
        // It takes effect at 10 * at, and lasts for some time before and after that.
        let effect = 100 + step * at;
        let invoke = effect - random.random_range(0..most);
        let quantity = if random.random_bool(0.25) {
            0
        } else {
            random.random_range(1..=2)
        };
        let mut did = Operation::new(buyer, quantity, invoke);
        (did.read, did.seen) = (seq, left);
        did.returned = effect + random.random_range(0..most);
        further_reads::add(&mut evidence, at as u32, [before, (seq, left)], random);
        before = (seq, left);
        let pending = random.random_bool(unanswered);
        if quantity == 0 {
            (did.outcome, did.left) = (OperationOutcome::Query, left);
        } else if u64::from(quantity) > left {
            (did.outcome, did.left) = (OperationOutcome::SoldOut, left);
        } else {
            did.write = seq + 1;
            did.nonce = WriteNonce::new(&format!("n{at}")).unwrap();
            let happened = !pending || random.random_bool(0.5);
            if happened && random.random_bool(0.5) {
                did.wrote = effect;
            }
            if happened {
                seq += 1;
                left -= u64::from(quantity);
                ledger.push(CommittedLine {
                    seq,
                    left,
                    nonce: did.nonce,
                    buyer,
                    quantity,
                });
            }
            (did.outcome, did.left) = (OperationOutcome::Sold, left);
            if pending {
                did.outcome = *pick(
                    random,
                    &[
                        OperationOutcome::Unknown,
                        OperationOutcome::Killed,
                        OperationOutcome::Open,
                    ],
                );
                did.left = UNSAID;
                if did.outcome != OperationOutcome::Unknown {
                    did.returned = UNSAID;
                }
            } else if random.random_bool(0.05) {
                // Not written after all, and it said so.
                (seq, left) = (seq - 1, left + u64::from(quantity));
                ledger.pop();
                (did.outcome, did.left, did.wrote) = (OperationOutcome::Failed, UNSAID, UNSAID);
            }
        }
        if random.random_bool(0.1) {
            did.seen = UNSAID;
        }
        further_reads::add_after(&mut evidence, at as u32, (&did, seq, left), random);
        evidence.operations.push(did);
    }
    leave_behind(&mut evidence, ledger, FinalCount { seq, left }, random);
    // In which order they stand says nothing.
    for at in (1..evidence.operations.len()).rev() {
        let other = random.random_range(0..=at);
        evidence.operations.swap(at, other);
        further_reads::swap(&mut evidence, at as u32, other as u32);
    }
    evidence.further_reads.sort_by_key(|read| read.operation);
    let locked = random.random_bool(0.5);
    if locked {
        locks::lock(&mut evidence, random);
    }
    for _ in 0..random.random_range(0..3) {
        if locked && random.random_bool(0.5) {
            locks::spoil(&mut evidence, random);
        } else {
            spoil(&mut evidence, random);
        }
    }
    locks::in_turn(&mut evidence);
    evidence
}

/// What the ledger and the count say in the end, as far as it is there: of a file that was cut a part of the ledger.
fn leave_behind(
    evidence: &mut Evidence,
    mut ledger: Vec<CommittedLine>,
    last: FinalCount,
    random: &mut Xoshiro256PlusPlus,
) {
    let is_cut = random.random_bool(0.1);
    if is_cut && !ledger.is_empty() {
        ledger.truncate(random.random_range(1..=ledger.len()));
    }
    if random.random_bool(0.6) {
        evidence.ledger = Some(ledger);
    }
    if !is_cut && random.random_bool(0.6) {
        evidence.last = Some(last);
    }
}

pub(super) fn pick<'a, T>(random: &mut Xoshiro256PlusPlus, from: &'a [T]) -> &'a T {
    &from[random.random_range(0..from.len())]
}

fn nudge(value: &mut u64, random: &mut Xoshiro256PlusPlus) {
    if *value != UNSAID {
        *value = (*value + random.random_range(0..3)).saturating_sub(1);
    }
}

/// Changes one thing: mostly to something that cannot be.
fn spoil(evidence: &mut Evidence, random: &mut Xoshiro256PlusPlus) {
    let at = random.random_range(0..evidence.operations.len());
    let did = &mut evidence.operations[at];
    match random.random_range(0..15) {
        13 if did.write != UNSAID && did.wrote == UNSAID => {
            did.wrote = match did.intend {
                UNSAID => did.invoke + 1,
                intend => intend,
            };
        }
        0 => nudge(&mut did.read, random),
        1 => nudge(&mut did.seen, random),
        2 => nudge(&mut did.write, random),
        3 => nudge(&mut did.left, random),
        4 => {
            // Somewhere else in time.
            did.invoke = random.random_range(70..190);
            if did.returned != UNSAID {
                did.returned = did.invoke + random.random_range(0..20);
            }
        }
        5 if did.outcome == OperationOutcome::Sold => did.outcome = OperationOutcome::Failed,
        6 => {
            // Both read the same version.
            (did.read, did.seen) = (did.read.saturating_sub(1), did.seen.saturating_add(1));
            if did.seen == 0 {
                did.seen = UNSAID;
            }
            if did.write != UNSAID {
                did.write = did.read + 1;
            }
        }
        7 => did.torn = true,
        8 => did.quantity = did.quantity.max(1),
        9 if did.quantity > 0 && did.outcome == OperationOutcome::Sold => {
            (did.outcome, did.write, did.left) = (OperationOutcome::SoldOut, UNSAID, UNSAID);
        }
        11 => did.quantity += random.random_range(0..3),
        12 => evidence.stock = evidence.stock.saturating_sub(random.random_range(0..3)),
        10 => {
            if let Some(ledger) = evidence.ledger.as_mut().filter(|ledger| !ledger.is_empty()) {
                let line = random.random_range(0..ledger.len());
                let names = evidence.operations.len() as u32;
                match random.random_range(0..6) {
                    4 => ledger[line].quantity += random.random_range(0..3),
                    5 => ledger[line].buyer = random.random_range(0..names),
                    0 => drop(ledger.remove(line)),
                    1 => nudge(&mut ledger[line].left, random),
                    2 => ledger.push(ledger[line]),
                    _ => nudge(&mut ledger[line].seq, random),
                }
            }
        }
        _ => {
            if let Some(last) = evidence.last.as_mut() {
                nudge(&mut last.seq, random);
                nudge(&mut last.left, random);
            }
        }
    }
}

/// Whether some order of all operations is one that a counter with versions can have gone through.
fn is_legal(evidence: &Evidence) -> bool {
    // Those who are not known to have bought may have or not: all ways are tried.
    let pending: Vec<usize> = (0..evidence.operations.len())
        .filter(|at| evidence.operations[*at].is_pending() && !must_have_written(evidence, *at))
        .collect();
    let all = &evidence.operations;
    let sold: u64 = all
        .iter()
        .filter(|did| did.outcome == OperationOutcome::Sold)
        .map(|did| u64::from(did.quantity))
        .sum();
    let fails = |did: &Operation| {
        matches!(
            did.outcome,
            OperationOutcome::Failed | OperationOutcome::SoldOut | OperationOutcome::Query
        )
    };
    if sold > evidence.stock || all.iter().any(|did| did.torn) {
        return false;
    }
    if let Some(ledger) = &evidence.ledger
        && all
            .iter()
            .any(|did| fails(did) && ledger.iter().any(|line| line.is_of(did)))
    {
        return false;
    }
    if all
        .iter()
        .any(|did| fails(did) && did.has_written() && is_untold(evidence, did))
    {
        return false;
    }
    let (expanded, turns) = further_reads::expanded(evidence);
    (0..1_u32 << pending.len()).any(|chosen| {
        let sells: Vec<bool> = (0..all.len())
            .map(|at| match pending.iter().position(|one| *one == at) {
                Some(bit) => chosen >> bit & 1 == 1,
                None => {
                    all[at].outcome == OperationOutcome::Sold || must_have_written(evidence, at)
                }
            })
            .chain((all.len()..expanded.operations.len()).map(|_| false))
            .collect();
        let mut search = Search {
            evidence: &expanded,
            turns: &turns,
            sells: &sells,
            // Whoever only waits for a lock does nothing to the count.
            done: expanded.operations.iter().map(locks::only_waits).collect(),
            trail: Vec::new(),
        };
        search.go_on(evidence.first, evidence.stock)
    })
}

/// Whether it wrote for sure, though nobody told it so: it says so, or its version was read when nobody else had begun to write
/// it; and no ledger says otherwise.
fn must_have_written(evidence: &Evidence, at: usize) -> bool {
    let did = &evidence.operations[at];
    let says_so = did.wrote != UNSAID;
    is_untold(evidence, did) && did.is_pending() && (says_so || is_read_too_early(evidence, at))
}

/// Whether no ledger tells if it wrote: there is none, or it was cut before that line.
fn is_untold(evidence: &Evidence, did: &Operation) -> bool {
    evidence.ledger.as_ref().is_none_or(|lines| {
        let last = lines.iter().map(|line| line.seq).max();
        evidence.last.is_none() && did.write != UNSAID && last.is_none_or(|last| last < did.write)
    })
}

/// Whether somebody read what it was to write, and what none of those can have written by then who else may have.
fn is_read_too_early(evidence: &Evidence, at: usize) -> bool {
    let did = &evidence.operations[at];
    let all = || evidence.operations.iter().enumerate();
    let follows = did.read == UNSAID || did.read + 1 == did.write;
    let had_begun = |one: &Operation, by: u64| {
        let begun = match (one.intend, one.read_at) {
            (UNSAID, UNSAID) => one.invoke,
            (UNSAID, read_at) => read_at,
            (intend, _) => intend,
        };
        begun <= by
    };
    // Who took more than there were may have left anything.
    let left = |one: &Operation| {
        let seen = (one.seen != UNSAID).then_some(one.seen)?;
        seen.checked_sub(u64::from(one.quantity))
    };
    let fits = |one: &Operation, saw: u64| {
        let is_known = one.outcome == OperationOutcome::Sold || one.wrote != UNSAID;
        is_known || saw == UNSAID || left(one).is_none_or(|left| left == saw)
    };
    let may = |one: &Operation, reader: &Operation| {
        let may = one.outcome == OperationOutcome::Sold || one.is_pending() || one.wrote != UNSAID;
        may && had_begun(one, reader.read_by()) && fits(one, reader.left_at_read())
    };
    follows
        && did.write > evidence.first
        && all().any(|(by, reader)| {
            let mut others = all().filter(|(other, one)| {
                ![at, by].contains(other) && one.write == did.write && may(one, reader)
            });
            by != at && reader.read == did.write && may(did, reader) && others.next().is_none()
        })
}

/// Whether only a search could tell which of several, who wanted unequal quantities, wrote a version:
/// what `docs/evidence.md` asks a ledger for.
fn needs_a_ledger(evidence: &Evidence) -> bool {
    let pending = || {
        let all = evidence.operations.iter();
        all.filter(|did| did.is_pending() && is_untold(evidence, did))
    };
    pending().any(|one| pending().any(|did| did.write == one.write && did.quantity != one.quantity))
}

/// Whether a version was read that none of the run may have written behind the one before it: then somebody else did, whose line the
/// ledger may have had before it was cut, or nobody.
fn needs_the_rest(evidence: &Evidence) -> bool {
    let Some(lines) = evidence.ledger.as_ref().filter(|_| evidence.last.is_none()) else {
        return false;
    };
    let last = lines.iter().map(|line| line.seq).max();
    let last = last.unwrap_or(evidence.first).max(evidence.first);
    let reads = evidence.operations.iter().map(|did| did.read);
    let further = evidence.further_reads.iter().map(|read| read.version);
    let mut reads = reads.chain(further).filter(|read| *read != UNSAID);
    reads.any(|read| {
        let mut all = evidence.operations.iter();
        let follows = |did: &Operation| did.read == UNSAID || did.read + 1 == did.write;
        let may = |did: &Operation| {
            did.outcome == OperationOutcome::Sold || did.is_pending() || did.wrote != UNSAID
        };
        read > last && !all.any(|did| did.write == read && follows(did) && may(did))
    })
}

/// Goes through all orders, one operation after another.
struct Search<'a> {
    evidence: &'a Evidence,
    /// Of two of them which comes before the other, whatever their times say.
    turns: &'a [(usize, usize)],
    sells: &'a [bool],
    done: Vec<bool>,
    /// What was sold so far.
    trail: Vec<(u64, u64, usize)>,
}

impl Search<'_> {
    fn go_on(&mut self, seq: u64, left: u64) -> bool {
        if self.done.iter().all(|done| *done) {
            return self.ends_well();
        }
        (0..self.done.len()).any(|at| {
            let did = &self.evidence.operations[at];
            let first = !self.done[at]
                && (0..self.done.len()).all(|other| {
                    self.done[other] || self.evidence.operations[other].over() >= did.invoke
                });
            let mut turns = self.turns.iter();
            let is_turn = !turns.any(|(before, own)| *own == at && !self.done[*before]);
            if !first || !is_turn || !self.fits(at, seq, left) {
                return false;
            }
            self.done[at] = true;
            let sold = self.sells[at];
            let next = if sold {
                (seq + 1, left - u64::from(did.quantity))
            } else {
                (seq, left)
            };
            if sold {
                self.trail.push((next.0, next.1, at));
            }
            let legal = self.go_on(next.0, next.1);
            if sold {
                self.trail.pop();
            }
            self.done[at] = false;
            legal
        })
    }

    /// Whether it can have taken effect on this count.
    fn fits(&self, at: usize, seq: u64, left: u64) -> bool {
        let did = &self.evidence.operations[at];
        let quantity = u64::from(did.quantity);
        let after = if did.outcome == OperationOutcome::Sold {
            left.checked_sub(quantity)
        } else {
            Some(left)
        };
        if did.read != UNSAID && (did.read != seq || did.seen != UNSAID && did.seen != left) {
            return false;
        }
        if did.left != UNSAID && Some(did.left) != after {
            return false;
        }
        if self.sells[at] {
            return did.write == seq + 1 && quantity <= left;
        }
        did.outcome != OperationOutcome::SoldOut || quantity > left
    }

    /// Whether the ledger and the count are those that this order leaves.
    fn ends_well(&self) -> bool {
        let told = |at: usize| self.evidence.operations[at].outcome == OperationOutcome::Sold;
        if let Some(ledger) = &self.evidence.ledger {
            // Without a final count it may have been cut.
            let is_all = ledger.len() == self.trail.len() || self.evidence.last.is_none();
            let same = is_all
                && ledger.len() <= self.trail.len()
                && ledger
                    .iter()
                    .zip(&self.trail)
                    .all(|(line, (seq, left, at))| {
                        line.is_of(&self.evidence.operations[*at])
                            && line.agrees_with(&self.evidence.operations[*at])
                            && (line.seq, line.left) == (*seq, *left)
                    });
            if !same {
                return false;
            }
        }
        let Some(last) = self.evidence.last else {
            return true;
        };
        let start = (self.evidence.first, self.evidence.stock, usize::MAX);
        let mut all = std::iter::once(&start).chain(&self.trail);
        let known = all.any(|(seq, left, _)| (*seq, *left) == (last.seq, last.left));
        known
            && !self
                .trail
                .iter()
                .any(|(seq, _, at)| *seq > last.seq && told(*at))
    }
}

/// The finding for a message.
fn described(evidence: &Evidence, verdict: &HistoryVerdict) -> String {
    format!("{evidence:#?}\n{:#?}", verdict.findings)
}

#[test]
fn the_verdict_agrees_with_a_search_through_all_orders() {
    let (count, seed) = (
        number("TICKETS_HISTORIES", 5_000),
        number("TICKETS_HISTORY_SEED", SEED),
    );
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (mut at, mut judged, mut bad, mut forged) = (0_u64, 0, 0, 0);
    let mut kinds: BTreeMap<Anomaly, u64> = ALL.iter().map(|kind| (*kind, 0)).collect();
    while judged < count {
        let evidence = history(&mut random);
        at += 1;
        if needs_a_ledger(&evidence) || needs_the_rest(&evidence) {
            continue;
        }
        judged += 1;
        let verdict = judge(&evidence);
        if verdict.unjudged_reads > 0 {
            // Whether somebody wrote what it read is not known.
            judged -= 1;
            continue;
        }
        let place = || {
            format!(
                "history {at} of seed {seed}: {}",
                described(&evidence, &verdict)
            )
        };
        let sound = locks::are_sound(&evidence);
        let legal = is_legal(&evidence) && sound;
        assert_eq!(
            verdict.counts.is_empty(),
            legal,
            "locks {sound}: {}",
            place()
        );
        let of_locks = verdict
            .counts
            .iter()
            .any(|count| locks::KINDS.contains(&count.kind));
        assert_eq!(of_locks, !sound, "{}", place());
        bad += u64::from(!legal);
        for finding in &verdict.findings {
            *kinds.entry(finding.kind).or_default() += 1;
            let accepted = proof::accept(&evidence, finding);
            assert_eq!(accepted, Ok(()), "{finding:#?} {}", place());
            for tampered in tampered(finding) {
                let accepted = proof::accept(&evidence, &tampered);
                assert!(
                    accepted.is_err(),
                    "{tampered:#?} of {finding:#?} {}",
                    place()
                );
            }
        }
        if legal && judged % 50 == 0 {
            for forged in forgeries(&evidence) {
                let accepted = proof::accept(&evidence, &forged);
                assert!(accepted.is_err(), "{forged:#?} {}", place());
            }
            forged += 1;
        }
    }
    assert!(
        bad > count / 5 && bad < count * 9 / 10 && forged > count / 1000,
        "{bad} of {count} are bad, {forged} were forged: they show nothing"
    );
    println!("{judged} of {at} histories, {bad} of them bad: {kinds:?}");
    assert!(
        kinds.len() == ALL.len() && !kinds.values().any(|count| *count == 0),
        "{kinds:?}"
    );
}
