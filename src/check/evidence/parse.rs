//! Understanding a line of evidence.

use std::borrow::Cow;

use super::file::{File, LockPath};
use super::kinds;
use super::members::{RecordMembers, RecordText};
use super::nonce::WriteNonce;
use super::plain;
use super::record::{EvidenceRecord, EvidenceStep, FORMAT, MAX_NUMBER, OperationOutcome, Whole};
use crate::json_words;

impl<'a> EvidenceRecord<'a> {
    /// The line with these bytes, its newline taken off; or why it is none.
    pub fn parse(line: &'a [u8]) -> Result<Self, String> {
        let members = match plain::members(line) {
            Some(members) => members,
            None => RecordMembers::of(line)?,
        };
        members.numbers()?;
        members.own()?;
        if members.evidence.is_some() {
            members.header()
        } else if members.step.is_some() {
            members.step()
        } else if members.committed.is_some() {
            members.committed()
        } else if members.last.is_some() {
            Ok(Self::Final {
                seq: said(members.last, "final")?,
                left: said(members.left, "left")?,
                committed: members.lines,
                sum: members.sum()?,
            })
        } else if let Some(RecordText(why)) = members.spoiled {
            if why.trim().is_empty() {
                return Err("\"spoiled\" is empty: it says why".to_owned());
            }
            Ok(Self::Spoiled { why })
        } else {
            members.whole()
        }
    }
}

fn said<T>(value: Option<T>, member: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("\"{member}\" is missing"))
}

/// What a step "return" may say: an error for what no answer is.
fn returned(outcome: OperationOutcome) -> Result<OperationOutcome, String> {
    match outcome {
        OperationOutcome::Killed => {
            Err("who was killed was told nothing: the step \"killed\" says that".to_owned())
        }
        OperationOutcome::Open => {
            Err("who has no answer has no \"return\" either: leave it out".to_owned())
        }
        other => Ok(other),
    }
}

/// The file that a line says; an error where it says half of it.
fn file(device: Option<u64>, inode: Option<u64>) -> Result<Option<File>, String> {
    match (device, inode) {
        (Some(device), Some(inode)) => Ok(Some(File { device, inode })),
        (None, None) => Ok(None),
        (None, _) => Err("\"device\" is missing beside \"inode\"".to_owned()),
        (_, None) => Err("\"inode\" is missing beside \"device\"".to_owned()),
    }
}

impl<'a> RecordMembers<'a> {
    /// Understands any line.
    pub(super) fn of(line: &'a [u8]) -> Result<Self, String> {
        // An array would be taken for the values of all members in their order.
        let is_array = line.trim_ascii_start().first() == Some(&b'[');
        if is_array && serde_json::from_slice::<serde_json::Value>(line).is_ok() {
            return Err("a line is one JSON object".to_owned());
        }
        let members: Self = serde_json::from_slice(line).map_err(|e| {
            let words = json_words::in_words(&e);
            let known = kinds::members_of(line).and_then(|known| {
                let (unknown, _) = words.split_once(" is not known, only ")?;
                let is_member = unknown.starts_with("the member ");
                is_member.then(|| format!("{unknown} is not known here, only {known}"))
            });
            format!("{} (column {})", known.unwrap_or(words), e.column())
        })?;
        if members.lock.is_some() {
            let value: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
            if !value.get("lock").is_some_and(serde_json::Value::is_object) {
                return Err("\"lock\" is one JSON object".to_owned());
            }
        }
        Ok(members)
    }

    /// Numbers leave room to count on.
    fn numbers(&self) -> Result<(), String> {
        let lock = self.lock.as_ref();
        let all = [
            ("stock", self.stock),
            ("first", self.first),
            ("t", self.t),
            ("invoke", self.invoke),
            ("return", self.returned),
            ("read", self.read),
            ("read_at", self.read_at),
            ("seen", self.seen),
            ("seq", self.seq),
            ("write", self.write),
            ("left", self.left),
            ("intend", self.intend),
            ("wrote", self.wrote),
            ("committed", self.committed),
            ("final", self.last),
            ("wanted", lock.and_then(|lock| lock.wanted)),
            ("got", lock.and_then(|lock| lock.got)),
            ("released", lock.and_then(|lock| lock.released)),
        ];
        match all.iter().find(|(_, value)| *value > Some(MAX_NUMBER)) {
            Some((member, _)) => Err(format!("\"{member}\" is above {MAX_NUMBER}")),
            None => Ok(()),
        }
    }

    fn header(self) -> Result<EvidenceRecord<'a>, String> {
        match self.evidence {
            Some(FORMAT) => Ok(EvidenceRecord::Header {
                run: self.run.map_or(Cow::Borrowed(""), |run| run.0),
                stock: said(self.stock, "stock")?,
                first: said(self.first, "first")?,
            }),
            other => Err(format!(
                "format {} of evidence is not known, only {FORMAT}",
                other.unwrap_or_default()
            )),
        }
    }

    fn nonce(&self) -> Result<Option<WriteNonce>, String> {
        let Some(text) = &self.nonce else {
            return Ok(None);
        };
        WriteNonce::new(&text.0)
            .map(Some)
            .ok_or_else(|| "a nonce is 1 to 12 of 0-9, a-z, '-', '_' and '.'".to_owned())
    }

    fn sum(&self) -> Result<Option<u64>, String> {
        let Some(RecordText(text)) = &self.sum else {
            return Ok(None);
        };
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let sum = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        sum.map(Some)
            .ok_or_else(|| "a sum is 16 hexadecimal digits".to_owned())
    }

    fn step(self) -> Result<EvidenceRecord<'a>, String> {
        let step = self.which()?;
        Ok(EvidenceRecord::Step {
            pid: self.pid.unwrap_or(0),
            at: said(self.t, "t")?,
            step,
            buyer: said(self.buyer, "buyer")?.0,
        })
    }

    fn which(&self) -> Result<EvidenceStep, String> {
        let name = self.step.as_ref().map_or("", |step| step.0.as_ref());
        Ok(match name {
            "invoke" => EvidenceStep::Invoke {
                quantity: self.quantity.unwrap_or(1),
            },
            "lock_wanted" => EvidenceStep::LockWanted {
                lock: file(self.device, self.inode)?,
                shared: self.shared,
            },
            "lock_got" => EvidenceStep::LockGot {
                lock: said(file(self.device, self.inode)?, "device")?,
                path: LockPath::of(self.path_device, self.path_inode)?,
                shared: self.shared.unwrap_or(false),
                leased: self.leased.unwrap_or(false),
            },
            "read" if self.torn == Some(true) => EvidenceStep::ReadTorn,
            "read" => EvidenceStep::Read {
                seq: said(self.seq, "seq").map_err(|missing| {
                    format!("{missing}: where a program keeps no version, docs/evidence.md says what stands for it")
                })?,
                left: self.left,
                sum: self.sum()?,
            },
            "intend" => EvidenceStep::Intend {
                read: said(self.read, "read")?,
                write: said(self.write, "write")?,
                nonce: self.nonce()?,
            },
            "wrote" => EvidenceStep::Wrote,
            "lock_released" => EvidenceStep::LockReleased {
                lock: file(self.device, self.inode)?,
            },
            "return" => EvidenceStep::Return {
                outcome: returned(said(self.outcome, "outcome")?)?,
                left: self.left,
            },
            "killed" => EvidenceStep::Killed,
            other => return Err(format!("there is no step \"{}\"", other.escape_debug())),
        })
    }

    fn whole(self) -> Result<EvidenceRecord<'a>, String> {
        let outcome = said(self.outcome, "outcome")?;
        let unanswered = matches!(outcome, OperationOutcome::Killed | OperationOutcome::Open);
        let returned = if unanswered {
            None
        } else {
            Some(said(self.returned, "return")?)
        };
        Ok(EvidenceRecord::Whole(Whole {
            pid: self.pid.unwrap_or(0),
            quantity: self.quantity.unwrap_or(1),
            invoke: said(self.invoke, "invoke")?,
            returned,
            read: self.read,
            read_at: self.read_at,
            seen: self.seen,
            sum: self.sum()?,
            torn: self.torn.unwrap_or(false),
            write: self.write,
            left: self.left,
            nonce: self.nonce()?,
            intend: self.intend,
            wrote: self.wrote,
            outcome,
            buyer: said(self.buyer, "buyer")?.0,
            lock: self.lock,
        }))
    }

    fn committed(self) -> Result<EvidenceRecord<'a>, String> {
        Ok(EvidenceRecord::Committed {
            seq: said(self.committed, "committed")?,
            nonce: self.nonce()?,
            left: said(self.left, "left")?,
            quantity: said(self.quantity, "quantity")?,
            sum: self.sum()?,
            buyer: said(self.buyer, "buyer")?.0,
        })
    }
}
