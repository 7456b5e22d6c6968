//! Writing a line of evidence.

use super::file::{File, PathInode};
use super::nonce::WriteNonce;
use super::record::{EvidenceRecord, EvidenceStep, FORMAT, Whole, WholeHold};

/// Puts members of one JSON object into a line.
struct Object<'a>(&'a mut Vec<u8>);

impl<'a> Object<'a> {
    fn open(line: &'a mut Vec<u8>) -> Self {
        line.push(b'{');
        Self(line)
    }

    fn key(&mut self, key: &str) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn raw(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    fn number(&mut self, key: &str, value: impl Into<Option<u64>>) -> &mut Self {
        match value.into() {
            Some(value) => self.raw(key, &value.to_string()),
            None => self,
        }
    }

    fn text(&mut self, key: &str, value: &str) -> &mut Self {
        let value = serde_json::Value::from(value).to_string();
        self.raw(key, &value)
    }

    fn sum(&mut self, sum: Option<u64>) -> &mut Self {
        match sum {
            Some(sum) => self.raw("sum", &format!("\"{sum:016x}\"")),
            None => self,
        }
    }

    fn nonce(&mut self, nonce: Option<WriteNonce>) -> &mut Self {
        match nonce {
            Some(nonce) => self.text("nonce", &nonce.to_string()),
            None => self,
        }
    }

    fn yes(&mut self, key: &str, value: bool) -> &mut Self {
        if value { self.raw(key, "true") } else { self }
    }

    fn word(&mut self, key: &str, value: Option<bool>) -> &mut Self {
        match value {
            Some(true) => self.raw(key, "true"),
            Some(false) => self.raw(key, "false"),
            None => self,
        }
    }

    fn file(&mut self, lock: Option<File>) -> &mut Self {
        self.number("device", lock.map(|file| file.device))
            .number("inode", lock.map(|file| file.inode))
    }

    fn path(&mut self, device: Option<u64>, inode: Option<PathInode>) -> &mut Self {
        let object = self.number("path_device", device);
        match inode {
            None => object,
            Some(PathInode::Nowhere) => object.raw("path_inode", "null"),
            Some(PathInode::Of(inode)) => object.number("path_inode", inode),
        }
    }

    fn pid(&mut self, pid: u32) -> &mut Self {
        self.number("pid", (pid > 0).then_some(u64::from(pid)))
    }
}

impl EvidenceRecord<'_> {
    /// Adds this line, its newline included. Hand it to the system in one write.
    pub fn write_to(&self, line: &mut Vec<u8>) {
        let mut object = Object::open(line);
        match self {
            Self::Header { run, stock, first } => {
                let object = object.number("evidence", FORMAT).text("run", run);
                object.number("stock", *stock).number("first", *first);
            }
            Self::Step {
                buyer,
                pid,
                at,
                step,
            } => {
                let object = object.text("step", step.code());
                step.members(object.text("buyer", buyer).pid(*pid).number("t", *at));
            }
            Self::Whole(whole) => whole.members(&mut object),
            Self::Committed {
                seq,
                nonce,
                left,
                buyer,
                quantity,
                sum,
            } => {
                let object = object.number("committed", *seq).nonce(*nonce);
                let object = object.number("left", *left).text("buyer", buyer);
                object.number("quantity", u64::from(*quantity)).sum(*sum);
            }
            Self::Final {
                seq,
                left,
                committed,
                sum,
            } => {
                let object = object.number("final", *seq).number("left", *left);
                object.sum(*sum).number("lines", *committed);
            }
            Self::Spoiled { why } => {
                object.text("spoiled", why);
            }
        }
        line.extend_from_slice(b"}\n");
    }
}

impl EvidenceStep {
    /// Its name in the format.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invoke { .. } => "invoke",
            Self::LockWanted { .. } => "lock_wanted",
            Self::LockGot { .. } => "lock_got",
            Self::Read { .. } | Self::ReadTorn => "read",
            Self::Intend { .. } => "intend",
            Self::Wrote => "wrote",
            Self::LockReleased { .. } => "lock_released",
            Self::Return { .. } => "return",
            Self::Killed => "killed",
        }
    }

    fn members(&self, object: &mut Object<'_>) {
        match *self {
            Self::Invoke { quantity } => object.number("quantity", u64::from(quantity)),
            Self::LockWanted { lock, shared } => object.file(lock).word("shared", shared),
            Self::LockGot {
                lock,
                path,
                shared,
                leased,
            } => {
                let (device, inode) = path.said_as();
                let object = object.file(Some(lock)).path(device, inode);
                object.yes("shared", shared).yes("leased", leased)
            }
            Self::Read { seq, left, sum } => {
                object.number("seq", seq).number("left", left).sum(sum)
            }
            Self::ReadTorn => object.yes("torn", true),
            Self::Intend { read, write, nonce } => {
                let object = object.number("read", read).number("write", write);
                object.nonce(nonce)
            }
            Self::Return { outcome, left } => {
                object.text("outcome", outcome.code()).number("left", left)
            }
            Self::LockReleased { lock } => object.file(lock),
            Self::Wrote | Self::Killed => object,
        };
    }
}

impl Whole<'_> {
    fn members(&self, object: &mut Object<'_>) {
        object.text("buyer", &self.buyer).pid(self.pid);
        if self.quantity != 1 {
            object.number("quantity", u64::from(self.quantity));
        }
        object
            .number("invoke", self.invoke)
            .number("return", self.returned)
            .number("read", self.read)
            .number("read_at", self.read_at)
            .number("seen", self.seen)
            .sum(self.sum)
            .yes("torn", self.torn)
            .number("write", self.write)
            .number("left", self.left)
            .nonce(self.nonce)
            .number("intend", self.intend)
            .number("wrote", self.wrote)
            .text("outcome", self.outcome.code());
        if let Some(lock) = &self.lock {
            object.key("lock");
            lock.members(&mut Object::open(object.0));
            object.0.push(b'}');
        }
    }
}

impl WholeHold {
    fn members(&self, object: &mut Object<'_>) {
        object
            .number("wanted", self.wanted)
            .number("got", self.got)
            .number("released", self.released)
            .number("device", self.device)
            .number("inode", self.inode)
            .path(self.path_device, self.path_inode)
            .yes("shared", self.shared)
            .yes("leased", self.leased);
    }
}
