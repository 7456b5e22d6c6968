//! Puts records together to operations.

use super::by_beginning::by_beginning;
use super::conversions::conversions;
use super::denied_writes::denied_writes;
use super::file::{File, LockPath};
use super::further_reads::all_looked;
use super::locks::{FileNumbers, add_hold, blank};
use super::model::{CommittedLine, Evidence, FinalCount};
use super::one_at_a_time::one_at_a_time;
use super::one_write_each::one_write_each;
use super::open_operations::{MAX_NAME, OpenOperations, begin, buyer_number};
use super::operation::{LockHold, NONE, Operation, UNSAID};
use super::record::{EvidenceRecord, OperationOutcome, Whole, WholeHold};
use super::steps::take_step;
use super::tried_again::tried_again;
use crate::plural::count;

/// The longest reason, in letters; what is longer is cut.
const MAX_REASON: usize = 1000;

const NO_HEADER: &str = "the first line must be the header: {\"evidence\":1,…}";

/// Takes records in their order: a buyer does one operation at a time.
#[derive(Debug, Default)]
pub struct Gatherer {
    evidence: Evidence,
    headed: bool,
    numbers: FileNumbers,
    open: OpenOperations,
    /// How many lines the ledger has, as the final count says.
    lines: Option<u64>,
}

impl Gatherer {
    /// Takes the next record; an error says why it cannot stand there.
    pub fn take(&mut self, record: &EvidenceRecord<'_>) -> Result<(), String> {
        match record {
            EvidenceRecord::Header { run, stock, first } => self.header(run, *stock, *first),
            _ if !self.headed => Err(NO_HEADER.to_owned()),
            EvidenceRecord::Step {
                buyer,
                pid,
                at,
                step,
            } => take_step(
                &mut self.evidence,
                &mut self.open,
                &mut self.numbers,
                (buyer, *pid, *at),
                *step,
            ),
            EvidenceRecord::Whole(whole) => self.whole(whole),
            EvidenceRecord::Committed {
                seq,
                nonce,
                left,
                buyer,
                quantity,
                sum,
            } => {
                let committed = CommittedLine {
                    seq: *seq,
                    left: *left,
                    nonce: nonce.unwrap_or_default(),
                    buyer: buyer_number(&mut self.evidence, buyer)?,
                    quantity: *quantity,
                };
                self.committed(committed, *sum)
            }
            EvidenceRecord::Final {
                seq,
                left,
                committed,
                sum,
            } => {
                self.evidence.last_sum = *sum;
                self.last(*seq, *left, *committed)
            }
            EvidenceRecord::Spoiled { why } => {
                self.evidence.spoiled = Some(why.chars().take(MAX_REASON).collect());
                Ok(())
            }
        }
    }

    fn header(&mut self, run: &str, stock: u64, first: u64) -> Result<(), String> {
        if self.headed {
            return Err("a second header: one file is one run".to_owned());
        }
        self.headed = true;
        self.evidence.run = run.chars().take(MAX_NAME).collect();
        self.evidence.stock = stock;
        self.evidence.first = first;
        Ok(())
    }

    /// The buyers who are in the middle of an operation.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        let names = &self.evidence.names;
        let open = self.open.buyers();
        open.map(|buyer| names.name(buyer).to_owned()).collect()
    }

    /// What was gathered; an error when not even a header was.
    pub fn finish(self) -> Result<Evidence, String> {
        if !self.headed {
            return Err("it is empty: not even a header".to_owned());
        }
        self.cut()?;
        let mut evidence = self.evidence;
        all_looked(&mut evidence, self.open);
        one_at_a_time(&evidence)?;
        one_write_each(&evidence)?;
        // Of several reads of one operation the one that it acts by is told here.
        evidence.sums.retain(|sum| sum.0 != NONE);
        by_beginning(&mut evidence);
        conversions(&mut evidence);
        evidence.sums.sort_by_key(|sum| sum.0);
        evidence.torn_reads.sort_unstable();
        // Stable: those of one operation stay in their order.
        evidence.further_reads.sort_by_key(|read| read.operation);
        tried_again(&mut evidence);
        denied_writes(&mut evidence);
        Ok(evidence)
    }

    fn whole(&mut self, whole: &Whole<'_>) -> Result<(), String> {
        let times = [
            Some(whole.invoke),
            whole.read_at,
            whole.intend,
            whole.wrote,
            whole.returned,
        ];
        rising(&times, "invoke, read_at, intend, wrote, return")?;
        let buyer = buyer_number(&mut self.evidence, &whole.buyer)?;
        if self.open.get(buyer).is_some() {
            return Err(format!(
                "{} is in the middle of another operation",
                whole.buyer
            ));
        }
        if whole.outcome == OperationOutcome::Sold && whole.quantity == 0 {
            return Err("a sale of no tickets".to_owned());
        }
        let or = |value: Option<u64>| value.unwrap_or(UNSAID);
        let index = begin(
            &mut self.evidence,
            Operation {
                pid: whole.pid,
                outcome: whole.outcome,
                torn: whole.torn,
                returned: or(whole.returned),
                read: or(whole.read),
                read_at: or(whole.read_at),
                seen: or(whole.seen),
                write: or(whole.write),
                left: or(whole.left.filter(|_| whole.outcome.tells_left())),
                nonce: whole.nonce.unwrap_or_default(),
                intend: or(whole.intend),
                wrote: or(whole.wrote),
                ..Operation::new(buyer, whole.quantity, whole.invoke)
            },
        )?;
        if let Some(sum) = whole.sum {
            self.evidence.sums.push((index, sum));
        }
        match &whole.lock {
            Some(lock) => {
                let ends = [lock.got, lock.released, whole.returned];
                rising(&ends, "got, released, return")?;
                // Who let it go had it, and who sold is not taken to wait for it still: it does not say since when.
                let is_had = lock.released.is_some() || whole.outcome == OperationOutcome::Sold;
                let times = [Some(whole.invoke), lock.wanted, lock.got, lock.released];
                rising(&times, "invoke, wanted, got, released")?;
                let wanted = lock.wanted.filter(|_| lock.got.is_some() || !is_had);
                self.whole_hold(index, &WholeHold { wanted, ..*lock })
            }
            None => Ok(()),
        }
    }

    /// The lock of a whole operation.
    fn whole_hold(&mut self, index: u32, lock: &WholeHold) -> Result<(), String> {
        let path = LockPath::of(lock.path_device, lock.path_inode)?;
        let or = |value: Option<u64>| value.unwrap_or(UNSAID);
        let (numbers, files) = (&mut self.numbers, &mut self.evidence.files);
        let (device, inode) = (lock.device, lock.inode);
        let hold = LockHold {
            lock: numbers.number(files, File { device, inode }),
            path: numbers.path(files, path),
            wished: lock.wanted.is_some(),
            shared: lock.shared,
            leased: lock.leased,
            wants_shared: lock.shared.then_some(true),
            wanted: or(lock.wanted),
            got: or(lock.got),
            released: or(lock.released),
            ..blank(index)
        };
        add_hold(&mut self.evidence, hold)
    }

    fn committed(&mut self, committed: CommittedLine, sum: Option<u64>) -> Result<(), String> {
        if self.evidence.last.is_some() {
            return Err(
                "a line of the ledger behind the final count: \"final\" stands last".to_owned(),
            );
        }
        let ledger = self.evidence.ledger.get_or_insert_default();
        let index = u32::try_from(ledger.len()).unwrap_or(NONE);
        if index == NONE {
            return Err("too many lines of the ledger".to_owned());
        }
        ledger.push(committed);
        self.evidence
            .ledger_sums
            .extend(sum.map(|sum| (index, sum)));
        Ok(())
    }

    fn last(&mut self, seq: u64, left: u64, lines: Option<u64>) -> Result<(), String> {
        if self
            .evidence
            .last
            .replace(FinalCount { seq, left })
            .is_some()
        {
            return Err("a second final count".to_owned());
        }
        if lines.is_some() {
            self.evidence.ledger.get_or_insert_default();
            self.lines = lines;
        }
        Ok(())
    }

    /// An error where the ledger has another number of lines than the final count says: known when all are there.
    pub(super) fn cut(&self) -> Result<(), String> {
        let has = self.evidence.ledger.as_ref().map_or(0, Vec::len) as u64;
        match self.lines {
            Some(lines) if lines != has => Err(format!(
                "the ledger has {}, but the evidence {has} of them: it was cut",
                count(lines, "line")
            )),
            _ => Ok(()),
        }
    }
}

/// An error when of those times that are said one lies before the one before it.
fn rising(times: &[Option<u64>], names: &str) -> Result<(), String> {
    let said = times.iter().flatten();
    if said.is_sorted() {
        Ok(())
    } else {
        Err(format!("time runs backwards: {names} must rise"))
    }
}
