//! Puts records together to operations.

use std::collections::HashMap;

use super::record::{File, Record, Step, Whole};
use super::{Committed, Evidence, Final, Hold, NONE, Operation, Outcome, UNSAID};

/// The longest name of a buyer or a run, in bytes.
pub(crate) const MAX_NAME: usize = 256;

/// The longest reason, in letters; what is longer is cut.
const MAX_REASON: usize = 1000;
/// How many locks one operation may ask for: what looks at all of them takes no time to speak of.
const MAX_LOCKS: usize = 64;

/// Takes records in their order: a buyer does one operation at a time.
#[derive(Debug, Default)]
pub struct Gatherer {
    evidence: Evidence,
    headed: bool,
    files: HashMap<File, u32>,
    /// The operation that each buyer, by number, is in the middle of, or [`NONE`]; and the time of its last
    /// step.
    open: Vec<(u32, u64)>,
}

impl Gatherer {
    /// Takes the next record; an error says why it cannot stand there.
    pub fn take(&mut self, record: &Record<'_>) -> Result<(), String> {
        if let Record::Header { run, stock, first } = record {
            if self.headed {
                return Err("a second header: one file is one run".to_owned());
            }
            self.headed = true;
            self.evidence.run = run.chars().take(MAX_NAME).collect();
            self.evidence.stock = *stock;
            self.evidence.first = *first;
            return Ok(());
        }
        if !self.headed {
            return Err("the first line must be the header: {\"evidence\":1,…}".to_owned());
        }
        match record {
            Record::Header { .. } => Ok(()),
            Record::Step {
                buyer,
                pid,
                at,
                step,
            } => self.step(buyer, *pid, *at, *step),
            Record::Whole(whole) => self.whole(whole),
            Record::Committed {
                seq,
                nonce,
                left,
                buyer,
                quantity,
                sum,
            } => {
                let committed = Committed {
                    seq: *seq,
                    left: *left,
                    nonce: nonce.unwrap_or_default(),
                    buyer: self.buyer(buyer)?,
                    quantity: *quantity,
                };
                self.committed(committed, *sum)
            }
            Record::Final {
                seq,
                left,
                committed,
                sum,
            } => {
                self.evidence.last_sum = *sum;
                self.last(*seq, *left, *committed)
            }
            Record::Spoiled { why } => {
                self.evidence.spoiled = Some(why.chars().take(MAX_REASON).collect());
                Ok(())
            }
        }
    }

    /// The buyers who are in the middle of an operation.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        let open = (0..self.open.len() as u32).filter(|buyer| self.open(*buyer).is_some());
        let names = open.map(|buyer| self.evidence.names.name(buyer).to_owned());
        names.collect()
    }

    /// What was gathered; an error when not even a header was.
    pub fn finish(self) -> Result<Evidence, String> {
        if self.headed {
            let mut evidence = self.evidence;
            // Of several reads of one operation the last counts.
            evidence.sums.reverse();
            evidence.sums.sort_by_key(|sum| sum.0);
            evidence.sums.dedup_by_key(|sum| sum.0);
            Ok(evidence)
        } else {
            Err("it is empty: not even a header".to_owned())
        }
    }

    fn buyer(&mut self, name: &str) -> Result<u32, String> {
        if !(1..=MAX_NAME).contains(&name.len()) {
            return Err(format!("a buyer's name has 1 to {MAX_NAME} bytes"));
        }
        let number = self.evidence.names.number(name);
        number.ok_or_else(|| "too many buyers".to_owned())
    }

    fn file(&mut self, file: File) -> u32 {
        let files = &mut self.evidence.files;
        *self.files.entry(file).or_insert_with(|| {
            files.push(file);
            files.len() as u32 - 1
        })
    }

    fn begin(&mut self, operation: Operation) -> Result<u32, String> {
        let index = u32::try_from(self.evidence.operations.len()).unwrap_or(NONE);
        if index == NONE {
            return Err("too many operations".to_owned());
        }
        self.evidence.operations.push(operation);
        Ok(index)
    }

    fn whole(&mut self, whole: &Whole<'_>) -> Result<(), String> {
        let times = [
            Some(whole.invoke),
            whole.intend,
            whole.wrote,
            whole.returned,
        ];
        rising(&times, "invoke, intend, wrote, return")?;
        let buyer = self.buyer(&whole.buyer)?;
        if self.open(buyer).is_some() {
            return Err(format!(
                "{} is in the middle of another operation",
                whole.buyer
            ));
        }
        if whole.outcome == Outcome::Sold && whole.quantity == 0 {
            return Err("a sale of no tickets".to_owned());
        }
        let or = |value: Option<u64>| value.unwrap_or(UNSAID);
        let index = self.begin(Operation {
            pid: whole.pid,
            outcome: whole.outcome,
            torn: whole.torn,
            returned: or(whole.returned),
            read: or(whole.read),
            seen: or(whole.seen),
            write: or(whole.write),
            left: or(whole.left),
            nonce: whole.nonce.unwrap_or_default(),
            intend: or(whole.intend),
            wrote: or(whole.wrote),
            ..Operation::new(buyer, whole.quantity, whole.invoke)
        })?;
        if let Some(sum) = whole.sum {
            self.evidence.sums.push((index, sum));
        }
        let Some(lock) = whole.lock else {
            return Ok(());
        };
        let times = [Some(whole.invoke), lock.wanted, lock.got, lock.released];
        rising(&times, "invoke, wanted, got, released")?;
        let path = lock.path_device.zip(lock.path_inode);
        let hold = Hold {
            operation: index,
            lock: self.file(File {
                device: lock.device,
                inode: lock.inode,
            }),
            path: path.map_or(NONE, |(device, inode)| self.file(File { device, inode })),
            previous: NONE,
            shared: lock.shared,
            wanted: or(lock.wanted),
            got: or(lock.got),
            released: or(lock.released),
        };
        self.hold(hold)
    }

    fn hold(&mut self, hold: Hold) -> Result<(), String> {
        let index = u32::try_from(self.evidence.holds.len()).unwrap_or(NONE);
        let operation = self.evidence.operations.get_mut(hold.operation as usize);
        if index == NONE {
            return Err("too many locks".to_owned());
        }
        if let Some(operation) = operation {
            let at = |index: u32| self.evidence.holds.get(index as usize);
            let before = std::iter::successors(at(operation.hold), |hold| at(hold.previous));
            if before.take(MAX_LOCKS).count() == MAX_LOCKS {
                return Err(format!(
                    "one operation asks for more than {MAX_LOCKS} locks"
                ));
            }
            let previous = std::mem::replace(&mut operation.hold, index);
            self.evidence.holds.push(Hold { previous, ..hold });
        }
        Ok(())
    }

    fn step(&mut self, name: &str, pid: u32, at: u64, step: Step) -> Result<(), String> {
        let buyer = self.buyer(name)?;
        if let Step::Invoke { quantity } = step {
            if self.open(buyer).is_some() {
                return Err(format!("{name} begins before it ended what it was doing"));
            }
            let begun = Operation::new(buyer, quantity, at);
            let index = self.begin(Operation { pid, ..begun })?;
            self.set_open(buyer, index, at);
            return Ok(());
        }
        let Some((index, before)) = self.open(buyer) else {
            return Err(format!("{name} has not begun an operation: no \"invoke\""));
        };
        if at < before {
            return Err(format!(
                "time runs backwards: {name} was at {before} ns before"
            ));
        }
        self.go_on(index, at, step)?;
        let over = matches!(step, Step::Return { .. } | Step::Killed);
        self.set_open(buyer, if over { NONE } else { index }, at);
        Ok(())
    }

    fn open(&self, buyer: u32) -> Option<(u32, u64)> {
        let open = self.open.get(buyer as usize).copied();
        open.filter(|(index, _)| *index != NONE)
    }

    fn set_open(&mut self, buyer: u32, index: u32, at: u64) {
        let number = buyer as usize;
        if self.open.len() <= number {
            self.open.resize(number + 1, (NONE, 0));
        }
        if let Some(open) = self.open.get_mut(number) {
            *open = (index, at);
        }
    }

    fn go_on(&mut self, index: u32, at: u64, step: Step) -> Result<(), String> {
        if let Step::LockWanted { .. } | Step::LockGot { .. } | Step::LockReleased = step {
            return self.lock(index, at, step);
        }
        let sums = &mut self.evidence.sums;
        let Some(operation) = self.evidence.operations.get_mut(index as usize) else {
            return Ok(());
        };
        match step {
            Step::Read { seq, left, sum } => {
                // The last read is what it acts on.
                operation.read = seq;
                operation.read_at = at;
                operation.seen = left.unwrap_or(UNSAID);
                sums.extend(sum.map(|sum| (index, sum)));
            }
            Step::ReadTorn => {
                operation.torn = true;
                operation.read_at = at;
            }
            Step::Intend { .. } if operation.wrote != UNSAID => {
                return Err("it says what it intends to write after it wrote".to_owned());
            }
            Step::Intend { read, write, nonce } => {
                if operation.read == UNSAID {
                    operation.read = read;
                } else if operation.read != read {
                    return Err(format!(
                        "it says that it read version {read}, but read {}",
                        operation.read
                    ));
                }
                operation.write = write;
                operation.nonce = nonce.unwrap_or_default();
                operation.intend = at;
            }
            Step::Wrote if operation.intend == UNSAID => {
                return Err("it wrote, and did not say what: no \"intend\"".to_owned());
            }
            Step::Wrote if operation.wrote != UNSAID => {
                return Err("it says twice that it wrote".to_owned());
            }
            Step::Wrote => operation.wrote = at,
            Step::Return { outcome, left } => {
                if matches!(outcome, Outcome::SoldOut | Outcome::Query) && operation.wrote != UNSAID
                {
                    return Err("it wrote, and was told that it bought nothing".to_owned());
                }
                if outcome == Outcome::Sold && operation.quantity == 0 {
                    return Err("a sale of no tickets".to_owned());
                }
                operation.outcome = outcome;
                operation.returned = at;
                operation.left = left.unwrap_or(UNSAID);
            }
            Step::Killed => operation.outcome = Outcome::Killed,
            _ => {}
        }
        Ok(())
    }

    fn lock(&mut self, index: u32, at: u64, step: Step) -> Result<(), String> {
        let blank = Hold {
            operation: index,
            lock: NONE,
            path: NONE,
            previous: NONE,
            shared: false,
            wanted: UNSAID,
            got: UNSAID,
            released: UNSAID,
        };
        match step {
            Step::LockWanted { lock } => {
                let lock = lock.map_or(NONE, |lock| self.file(lock));
                let wanted = at;
                self.hold(Hold {
                    lock,
                    wanted,
                    ..blank
                })
            }
            Step::LockGot { lock, path, shared } => {
                let lock = self.file(lock);
                let path = path.map_or(NONE, |path| self.file(path));
                if self.last_hold(index).is_none_or(|hold| hold.got != UNSAID) {
                    self.hold(blank)?;
                }
                if let Some(hold) = self.last_hold(index) {
                    (hold.lock, hold.path, hold.shared, hold.got) = (lock, path, shared, at);
                }
                Ok(())
            }
            _ => {
                let held = |hold: &Hold| hold.got != UNSAID && hold.released == UNSAID;
                let mut at_hold = self.evidence.operation(index).map_or(NONE, |op| op.hold);
                while let Some(hold) = self.evidence.holds.get_mut(at_hold as usize) {
                    if held(hold) {
                        hold.released = at;
                        return Ok(());
                    }
                    at_hold = hold.previous;
                }
                Err("a lock is released that was not got".to_owned())
            }
        }
    }

    fn last_hold(&mut self, operation: u32) -> Option<&mut Hold> {
        let last = self.evidence.operation(operation)?.hold;
        self.evidence.holds.get_mut(last as usize)
    }

    fn committed(&mut self, committed: Committed, sum: Option<u64>) -> Result<(), String> {
        if self.evidence.last.is_some() {
            return Err("a line of the ledger behind the final count".to_owned());
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
        if self.evidence.last.replace(Final { seq, left }).is_some() {
            return Err("a second final count".to_owned());
        }
        if let Some(lines) = lines {
            let has = self.evidence.ledger.get_or_insert_default().len() as u64;
            if lines != has {
                return Err(format!(
                    "the ledger has {lines} lines, but the evidence {has} of them: it was cut"
                ));
            }
        }
        Ok(())
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
