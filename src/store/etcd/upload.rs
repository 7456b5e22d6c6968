//! A whole ledger written to a cluster, as a generation that nobody reads before the count names it.

use std::path::Path;
use std::time::Duration;

use super::deadline::Deadline;
use super::key_space::KeySpace;
use super::keys::KeyNames;
use super::wire::{Bytes, Compare, TransactionResponse, Txn, TxnOperation};
use crate::error::{Error, Kind, Result};
use crate::ledger::{Anchor, CountFile, Line, Nonce, Tally};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::options::Restart;

/// So many operations go into one transaction, and at most two more: etcd takes 128.
const MOST_OPERATIONS: usize = 120;

/// So many bytes go into one transaction, beside its last line: etcd takes requests of 1.5 MiB, in base64.
const MOST_BYTES: usize = 512 * 1024;

impl KeySpace {
    /// Writes a ledger as this generation, some lines at a time, and then the count that names it, if the count was
    /// changed last at this revision. Until then nobody reads it.
    pub(super) fn put_ledger(
        &self,
        ledger: &LedgerFile,
        (count, end): (&CountFile, u64),
        (generation, modified): (u64, u64),
        deadline: Deadline,
    ) -> Result<Tally> {
        let problem = |e| Error::io("read", Path::new("the ledger"), e);
        let (mut tally, mut anchor) = (Tally::default(), Anchor::of(generation));
        let mut raw_lines = RawLines::new(&ledger.file, 0);
        // Of two who put a ledger there at once, one begins.
        let mut batch = Batch {
            begins: Some(self.names.ledger(generation)),
            ..Batch::default()
        };
        while let Some(raw_line) = raw_lines.next().map_err(problem)? {
            if raw_line.bytes.is_empty() || tally.bytes >= end {
                break;
            }
            let wrong = |why: String| Error::new(Kind::Integrity, why);
            let line = Line::parse(raw_line.bytes, Some(tally.sum)).map_err(wrong)?;
            let after = tally.bytes + raw_line.bytes.len() as u64 + 1;
            let after = tally.after(&line, after).map_err(wrong)?;
            anchor = anchor.after(&line.record, &tally, &after);
            tally = after;
            let text = [raw_line.bytes, b"\n"].concat();
            batch.put(
                self.names
                    .line(generation, line.record.seq, line.sum, Nonce::default()),
                text,
            );
            if let Some(key) = line.record.key.as_deref() {
                let name = self.names.key(generation, key);
                batch.put(name, KeyNames::entry(line.record.seq).0);
            }
            if batch.is_full() {
                self.put_unread(&mut batch, modified, deadline)?;
                batch.begins = None;
            }
        }
        self.put_unread(&mut batch, modified, deadline)?;
        batch.begins = None;
        let count = count.anchored(&tally, &anchor);
        batch.put(self.names.count(), count.render().into_bytes());
        batch.put(
            self.names.generation_in_use(),
            KeyNames::entry(generation).0,
        );
        self.put_unread(&mut batch, modified, deadline)?;
        Ok(tally)
    }

    /// Makes an event of a count that nothing was sold from yet, or starts one anew with as many tickets.
    pub(super) fn put_stock(
        &self,
        count: &CountFile,
        is_new: bool,
        wait: Duration,
        deadline: Deadline,
    ) -> Result<Tally> {
        if is_new {
            return Ok(self.make(count.ticket, None, deadline)?.tally);
        }
        let how = Restart {
            stock: Some(count.ticket),
            forced: true,
            makes: false,
            wait,
        };
        match self.restart(how, deadline)? {
            Some(_) => Ok(self.head(deadline)?.tally),
            None => Err(self.changed()),
        }
    }

    fn put_unread(&self, batch: &mut Batch, modified: u64, deadline: Deadline) -> Result<()> {
        if batch.operations.is_empty() {
            return Ok(());
        }
        let mut transaction = Txn {
            compare: vec![Compare::modified(self.names.count(), modified)],
            success: std::mem::take(&mut batch.operations),
            failure: Vec::new(),
        };
        transaction
            .compare
            .extend(batch.begins.clone().map(Compare::nothing_in));
        batch.bytes = 0;
        let answer: TransactionResponse = self.client.call("kv/txn", &transaction, deadline)?;
        if answer.succeeded {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    /// The error that it was done in vain, for others came first.
    pub(super) fn changed(&self) -> Error {
        let error = Error::new(
            Kind::Busy { holder: None },
            "others changed the event meanwhile",
        );
        error
            .at(self.client.place(), 0, 0)
            .hint("'tickets query' says how it stands; say it again when nobody sells")
    }
}

/// What goes into one transaction.
#[derive(Default)]
struct Batch {
    /// What must be empty before: the ledger that this begins.
    begins: Option<(Bytes, Bytes)>,
    operations: Vec<TxnOperation>,
    bytes: usize,
}

impl Batch {
    fn put(&mut self, key: Bytes, value: Vec<u8>) {
        self.bytes += value.len();
        self.operations.push(TxnOperation::Put {
            key,
            value: Bytes(value),
        });
    }

    fn is_full(&self) -> bool {
        self.operations.len() >= MOST_OPERATIONS || self.bytes >= MOST_BYTES
    }
}
