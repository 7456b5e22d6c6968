//! Evidence of one buyer: what it does, each step written down before the next one is taken.

use crate::store::file::sys::FileId;
use std::path::PathBuf;
use std::sync::Arc;

use super::evidence_file::{EvidenceFile, now};
use crate::check::evidence::{
    self, EvidenceRecord, EvidenceStep, LockPath, OperationOutcome, WriteNonce,
};
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::ledger::Tally;
use crate::office::{self, Sale};
use crate::store::file::event::EventFiles;

/// Records the operations of one buyer.
///
/// Once a line could not be written no other is: what stands in the file stays in order, and the error stops
/// the purchase if it has not sold yet.
#[derive(Debug)]
pub(super) struct Recorder {
    file: Arc<EvidenceFile>,
    buyer: String,
    pid: u32,
    lock: LockKind,
    /// Whose lock is taken, where it is a file's.
    path: Option<PathBuf>,
    /// Whether the operation has read.
    read: bool,
    failed: bool,
}

/// The file whose lock a buyer of this kind takes, if any.
pub(super) fn locked_file(files: &EventFiles, lock: LockKind) -> Option<PathBuf> {
    match lock {
        LockKind::None | LockKind::Mutex | LockKind::Cas | LockKind::Lease => None,
        LockKind::DataFile => Some(files.count.clone()),
        LockKind::Exclusive | LockKind::Shared | LockKind::WriteOnly => Some(files.lock.clone()),
    }
}

impl Recorder {
    pub(super) fn new(
        file: &Arc<EvidenceFile>,
        buyer: &str,
        lock: LockKind,
        path: Option<PathBuf>,
    ) -> Self {
        Self {
            file: Arc::clone(file),
            buyer: buyer.to_owned(),
            pid: std::process::id(),
            lock,
            path,
            read: false,
            failed: false,
        }
    }

    /// Before the operation touches anything; 0 tickets for a query.
    pub(super) fn begin(&mut self, quantity: u64) -> Result<()> {
        self.read = false;
        let quantity = u32::try_from(quantity).unwrap_or(u32::MAX);
        self.write(EvidenceStep::Invoke { quantity })
    }

    /// What a query saw.
    pub(super) fn saw(&mut self, tally: &Tally) -> Result<()> {
        self.step(office::Step::Read {
            left: tally.left,
            seq: tally.seq,
            sum: tally.sum.number(),
        })
    }

    /// A step of the purchase.
    pub(super) fn step(&mut self, step: office::Step) -> Result<()> {
        use office::Step as Did;
        let step = match step {
            Did::LockWanted if matches!(self.lock, LockKind::None | LockKind::Cas) => {
                return Ok(());
            }
            Did::LockWanted => EvidenceStep::LockWanted {
                lock: match self.named() {
                    LockPath::File(file) => Some(file),
                    LockPath::Nowhere | LockPath::Unsaid => None,
                },
                shared: None,
            },
            Did::LockGot { device, inode } => EvidenceStep::LockGot {
                lock: evidence::File { device, inode },
                path: self.named(),
                shared: self.lock == LockKind::Shared,
                leased: self.path.is_none() && self.has_lease(),
            },
            Did::Read { left, seq, sum } => {
                self.read = true;
                EvidenceStep::Read {
                    seq,
                    left: Some(left),
                    sum: Some(sum),
                }
            }
            Did::Write { seq, nonce, .. } => EvidenceStep::Intend {
                read: seq - 1,
                write: seq,
                nonce: WriteNonce::new(&nonce.to_string()),
            },
            Did::Written => EvidenceStep::Wrote,
            Did::LockReleasing => EvidenceStep::LockReleased { lock: None },
            Did::Truncated | Did::LockReleased | Did::Durable => return Ok(()),
        };
        self.write(step)
    }

    /// Whether a lock of this kind that is no file's is held by a lease.
    fn has_lease(&self) -> bool {
        matches!(self.lock, LockKind::Exclusive | LockKind::Lease)
    }

    /// What a query was told.
    pub(super) fn queried(&mut self, result: &Result<Tally>) -> Result<()> {
        match result {
            Ok(tally) => self.end(OperationOutcome::Query, Some(tally.left)),
            Err(error) => self.refused(error),
        }
    }

    /// What a buyer was told, after everything and just before it is.
    pub(super) fn bought(&mut self, result: &Result<Sale>) -> Result<()> {
        match result {
            Ok(sale) => self.end(OperationOutcome::Sold, Some(sale.left)),
            Err(error) => self.refused(error),
        }
    }

    fn refused(&mut self, error: &Error) -> Result<()> {
        let (outcome, left) = match error.kind() {
            Kind::SoldOut { left } => (OperationOutcome::SoldOut, Some(left)),
            Kind::OutcomeUnknown => (OperationOutcome::Unknown, None),
            Kind::Integrity if !self.read => {
                self.write(EvidenceStep::ReadTorn)?;
                (OperationOutcome::Failed, None)
            }
            _ => (OperationOutcome::Failed, None),
        };
        self.end(outcome, left)
    }

    fn end(&mut self, outcome: OperationOutcome, left: Option<u64>) -> Result<()> {
        self.write(EvidenceStep::Return { outcome, left })
    }

    /// What the lock's path means now.
    fn named(&self) -> LockPath {
        let Some(path) = self.path.as_deref() else {
            return LockPath::Unsaid;
        };
        match FileId::of_name(path) {
            Err(_) => LockPath::Unsaid,
            Ok(None) => LockPath::Nowhere,
            Ok(Some(id)) => LockPath::File(evidence::File {
                device: id.device,
                inode: id.inode,
            }),
        }
    }

    fn write(&mut self, step: EvidenceStep) -> Result<()> {
        if self.failed {
            return Err(Error::new(Kind::Io, "the evidence could not be written"));
        }
        let at = now();
        let written = self.file.write(&EvidenceRecord::Step {
            buyer: self.buyer.as_str().into(),
            pid: self.pid,
            at,
            step,
        });
        self.failed = written.is_err();
        written.map_err(|error| error.hint("what is not recorded is not sold"))
    }
}
