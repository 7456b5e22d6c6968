//! An event on thin storage: who sells there, what was answered, and whether it is there in the end.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tickets::office::{Durability, Order, Unobserved};
use tickets::{BoxOffice, Kind as Failure};

use super::Missed;
use crate::block_map::lacking;
use crate::program::{Program, Run};
use crate::test_event::{LEDGER, TestEvent};
use crate::thin::{Disk, Full, Kind};

/// More than is sold before the end.
const STOCK: u64 = 5000;

/// How long a buyer's name may be.
const LONGEST: u64 = 200;
/// How long a name is at least, where the length of a line matters.
const SHORTEST: u64 = 12;

/// How many others sell afterwards.
pub(super) const OTHERS: usize = 12;

/// A sale that was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) buyer: String,
    pub(super) id: String,
}

/// An event on thin storage.
pub(super) struct Scene {
    /// Somebody who stays.
    pub(super) office: Option<BoxOffice>,
    pub(super) event: TestEvent,
    pub(super) disk: Disk,
    pub(super) answers: Vec<Answer>,
    /// A ledger that a reset archived, with what was answered before.
    pub(super) archive: Option<(PathBuf, Vec<Answer>)>,
    /// In which block of the ledger it strikes.
    block: u64,
}

impl Scene {
    pub(super) fn new(kind: Kind, program: &Program, round: u64) -> Result<Self, String> {
        let disk = Disk::new(kind, round)?;
        let event = TestEvent::empty_in(program, &disk.at);
        fs::write(&event.file, format!("{{\"ticket\": {STOCK}}}\n")).unwrap();
        Ok(Self {
            office: None,
            event,
            disk,
            answers: Vec::new(),
            archive: None,
            block: 1 + round,
        })
    }

    /// How long the ledger is, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.event.length(LEDGER)
    }

    pub(super) fn answered(&mut self, buyer: &str, id: &str) {
        self.answers.push(Answer {
            buyer: buyer.to_owned(),
            id: id.to_owned(),
        });
    }

    /// The same, by a process that has ended.
    #[track_caller]
    pub(super) fn takes(&mut self, buyer: &str, run: Run) {
        let (code, document) = run.document();
        assert_eq!(code, 0, "{buyer}: {document:#}");
        self.answered(buyer, document["sale"]["id"].as_str().unwrap());
    }

    /// A process of its own sells; what it said.
    pub(super) fn book(&mut self, buyer: &str) -> (i32, Value) {
        self.order(buyer, &format!("book {buyer}"))
    }

    /// The same with a command line of its own.
    pub(super) fn order(&mut self, buyer: &str, line: &str) -> (i32, Value) {
        let (code, document) = self.event.json(line);
        if code == 0 {
            self.answered(buyer, document["sale"]["id"].as_str().unwrap());
        }
        (code, document)
    }

    /// The same; it must be answered.
    #[track_caller]
    pub(super) fn sell(&mut self, buyer: &str) {
        let (code, document) = self.book(buyer);
        assert_eq!(code, 0, "{buyer}: {document:#}");
    }

    /// So many others sell.
    #[track_caller]
    pub(super) fn others(&mut self, who: &str, sales: usize) {
        for n in 0..sales {
            self.sell(&format!("{who}-{n}"));
        }
    }

    /// The one who stays sells; whether that was answered.
    #[track_caller]
    pub(super) fn office_sells(&mut self, buyer: &str, durability: Durability) -> bool {
        let file = &self.event.file;
        let office = self
            .office
            .get_or_insert_with(|| BoxOffice::at(file).unwrap());
        let order = Order::new(buyer, 1).durability(durability);
        match office.purchase(&order, &mut Unobserved) {
            Ok(sale) => {
                self.answered(buyer, &sale.id);
                true
            }
            Err(error) => {
                let kind = error.kind();
                let known = matches!(kind, Failure::Io | Failure::OutcomeUnknown);
                assert!(known, "{buyer}: {error}");
                false
            }
        }
    }

    /// What these were answered is no promise for the end: no sale after them was made durable.
    pub(super) fn not_promised(&mut self, who: &str) {
        self.answers.retain(|answer| !answer.buyer.starts_with(who));
    }

    /// Sells until the ledger ends so many bytes before the end of a block.
    pub(super) fn sell_up_to(&mut self, before_end: u64) {
        let block = self.disk.kind.block;
        let mut name = SHORTEST;
        let first = self.answers.len();
        self.sell(&long_name(first, name));
        let mut end = self.length();
        for n in first + 1.. {
            let after = end + before_end;
            if after.is_multiple_of(block) && after / block >= self.block {
                break;
            }
            self.sell(&long_name(n, name));
            let line = (self.length() - end).saturating_sub(name);
            end = self.length();
            name = next_name(block - (end + before_end) % block, line);
        }
    }

    /// The first sale that takes a new block is refused.
    pub(super) fn refused(&mut self, buyer: &str) -> Result<(), Missed> {
        let (code, document) = self.book(buyer);
        if code == 0 {
            return Err(Missed);
        }
        is_refusal(code, &document);
        if self.disk.lasts() {
            assert_eq!(document["error"]["code"], "outcome_unknown");
        }
        if self.disk.kind.stays_unwritten {
            let lacking = lacking(&self.event.path(LEDGER), self.length()).unwrap();
            assert!(lacking.is_some(), "the map does not show what failed");
        }
        Ok(())
    }

    /// Takes the room of the storage but so many pages.
    pub(super) fn fill(&self, leave: u64) -> Full {
        self.disk.fill(leave)
    }

    /// A process sells while there is little room: answered or refused.
    #[track_caller]
    pub(super) fn may_sell(&mut self, buyer: &str) -> bool {
        let (code, document) = self.book(buyer);
        if code != 0 {
            is_refusal(code, &document);
        }
        code == 0
    }

    /// Starts anew; what was sold stands in the ledger that is archived.
    pub(super) fn reset(&mut self) {
        let (code, document) = self.event.json("reset --force");
        assert_eq!(code, 0, "{document:#}");
        let archive = PathBuf::from(document["archived"].as_str().expect("no old ledger"));
        let length = fs::metadata(&archive).unwrap().len();
        if let Ok(lacking) = lacking(&archive, length) {
            assert_eq!(lacking, None, "of {length} bytes of the old ledger");
        }
        self.archive = Some((archive, std::mem::take(&mut self.answers)));
    }
}

/// Refused, and nothing is promised.
#[track_caller]
pub(super) fn is_refusal(code: i32, document: &Value) {
    let said = document["error"]["code"].as_str().unwrap_or_default();
    let known = ["io", "outcome_unknown"].contains(&said);
    assert!(code == 1 && known, "{code}: {document:#}");
}

/// The name of a buyer, which tells them from all others, so long.
fn long_name(n: usize, long: u64) -> String {
    format!("{:x<long$}", format!("before-{n}-"), long = long as usize)
}

/// How long the next name is for a line to end where there is so much room before it; a line has so much without
/// one.
fn next_name(room: u64, line: u64) -> u64 {
    let least = line + SHORTEST;
    if room < least {
        // Over the end, into the next block.
        LONGEST
    } else if room <= line + LONGEST {
        room - line
    } else {
        // The last line still has room.
        (room - line - least.min(room - line)).clamp(SHORTEST, LONGEST)
    }
}

/// A process sells to "killed", and is killed at this call.
pub(super) fn killed(scene: &Scene, call: &str, when: usize) -> Run {
    let kill = format!("inject={call}:signal=SIGKILL:when={when}");
    let strace = ["strace", "-qq", "-o", "/dev/null", "-e", &kill];
    let mut command = scene.event.program.through(&strace, &scene.event.file);
    let command = command.args(["--json", "book", "killed"]);
    Run::of(command.output().unwrap())
}
