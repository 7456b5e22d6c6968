//! One buyer of the lab: a process that lives through many runs, and in each goes on one step at a time.
//!
//! Before each step that others could notice it says which it is, and waits for one byte on its standard
//! input. What it runs is the one purchase of the box office; the steps are those of its observer.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::office::{BoxOffice, Conditions, DEFAULT_WAIT, Observer, Order, Step, Writes};
use crate::store::file::file_store::FileStore;
use crate::store::file::files::FileId;
use crate::store::file::lock::{Patience, Stepper};

/// The hidden first argument that makes a process a buyer of the lab.
pub(crate) const RACER: &str = "__racer";

/// The next step is made, or the next run begins.
pub(super) const GO: u8 = b'g';
/// The run is called off: whatever is left of it is of no interest.
pub(super) const CALL_OFF: u8 = b'c';
/// Dies where it is, as of `kill -9`.
pub(super) const DIE: u8 = b'd';

/// What a buyer of the lab is to do in each run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) lock: LockKind,
    pub(super) in_place: bool,
    /// Whether it looks at the count first, outside the lock.
    pub(super) query: bool,
    pub(super) quantity: u64,
}

/// A step that others could notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// Looks at the count, outside any lock.
    Query,
    /// Takes its lock, or tries again.
    Lock,
    /// Reads the count and the ledger.
    Read,
    /// Writes its sale; and, but for the sound way of selling, the count, and gives its lock up.
    Write,
    /// Writes the count into the file that it has just cut to nothing.
    Fill,
    /// Gives its lock up.
    Unlock,
    /// Makes its sale durable and publishes the count.
    Publish,
}

impl Point {
    /// Its name in a drawing or a table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Lock => "lock",
            Self::Read => "read",
            Self::Write => "write",
            Self::Fill => "fill",
            Self::Unlock => "unlock",
            Self::Publish => "publish",
        }
    }
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seen {
    /// How many were left.
    pub left: u64,
    /// The last line of the ledger: the version.
    pub seq: u64,
}

/// How a purchase ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It sold.
    Sold {
        /// The id of the sale.
        id: String,
    },
    /// It found too few left.
    SoldOut,
    /// It read a count that made no sense.
    Torn {
        /// What it was told.
        message: String,
    },
    /// It failed.
    Failed {
        /// Why.
        message: String,
    },
}

/// What a buyer says: what it has seen since it last spoke, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Says {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<Seen>,
    /// It found its lock held by somebody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) busy: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Point>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<End>,
}

/// Lives as a buyer until its standard input ends. Returns the exit code.
pub(crate) fn live(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    let part = arguments
        .next()
        .and_then(|text| serde_json::from_str(text.to_str()?).ok());
    let Some(part) = part else {
        return Kind::Usage.exit_code();
    };
    while hear() == Some(GO) {
        let end = run(&part);
        let says = Says {
            seen: None,
            busy: false,
            next: None,
            end: Some(end),
        };
        if say(&says).is_err() {
            break;
        }
    }
    0
}

fn run(part: &Part) -> End {
    let mut watch = Watch {
        sound: part.lock == LockKind::Exclusive && !part.in_place,
        lock: part.lock,
        seen: None,
        over: false,
    };
    match buy(part, &mut watch) {
        Ok(id) => End::Sold { id },
        Err(error) => match error.kind() {
            Kind::SoldOut { .. } => End::SoldOut,
            Kind::Integrity => End::Torn {
                message: error.to_string(),
            },
            _ => End::Failed {
                message: error.to_string(),
            },
        },
    }
}

fn buy(part: &Part, watch: &mut Watch) -> Result<String> {
    let patience = Patience::Stepped(Box::new(Queue));
    let mut office = BoxOffice::over(FileStore::at(&part.file)?.waiting(patience));
    office.open(part.lock, DEFAULT_WAIT)?;
    if part.query {
        watch.pause(Point::Query)?;
        office.written_count()?;
    }
    if part.lock == LockKind::WriteOnly {
        watch.pause(Point::Read)?;
    }
    let conditions = Conditions {
        lock: part.lock,
        writes: if part.in_place {
            Writes::InPlace
        } else {
            Writes::Replace
        },
        rush: Some("lab"),
    };
    let order = Order::new(&part.name, part.quantity);
    Ok(office.purchase_under(&order, &conditions, watch)?.id)
}

/// Says what comes next, and waits until it may.
struct Watch {
    sound: bool,
    lock: LockKind,
    seen: Option<Seen>,
    /// Whether the run was called off.
    over: bool,
}

impl Watch {
    fn pause(&mut self, next: Point) -> Result<()> {
        if self.over {
            return Err(called_off());
        }
        let says = Says {
            seen: self.seen.take(),
            busy: false,
            next: Some(next),
            end: None,
        };
        let heard = await_go(&says);
        self.over = heard.is_err();
        heard
    }
}

impl Observer for Watch {
    fn at(&mut self, step: Step) -> Result<()> {
        match step {
            Step::LockWanted if self.lock == LockKind::None => self.pause(Point::Read),
            Step::LockWanted => self.pause(Point::Lock),
            Step::LockGot { .. } if self.lock == LockKind::WriteOnly => self.pause(Point::Write),
            Step::LockGot { .. } => self.pause(Point::Read),
            Step::Read { left, seq, .. } => {
                self.seen = Some(Seen { left, seq });
                Ok(())
            }
            Step::Write { .. } if self.lock == LockKind::WriteOnly => Ok(()),
            Step::Write { .. } => self.pause(Point::Write),
            Step::Truncated => self.pause(Point::Fill),
            Step::Written if self.sound => self.pause(Point::Unlock),
            Step::LockReleased if self.sound => self.pause(Point::Publish),
            Step::Written | Step::LockReleasing | Step::LockReleased | Step::Durable => Ok(()),
        }
    }
}

/// Tries a lock again when it is told to.
struct Queue;

impl Stepper for Queue {
    fn busy(&mut self, _: FileId) -> Result<()> {
        await_go(&Says {
            seen: None,
            busy: true,
            next: Some(Point::Lock),
            end: None,
        })
    }
}

fn await_go(says: &Says) -> Result<()> {
    say(says).map_err(|_| called_off())?;
    match hear() {
        Some(GO) => Ok(()),
        Some(DIE) => {
            let own = rustix::process::getpid();
            let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
            Err(called_off())
        }
        _ => Err(called_off()),
    }
}

fn hear() -> Option<u8> {
    let mut byte = [0];
    match io::stdin().lock().read(&mut byte) {
        Ok(1) => byte.first().copied(),
        _ => None,
    }
}

fn say(says: &Says) -> io::Result<()> {
    let mut line = serde_json::to_vec(says)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

fn called_off() -> Error {
    Error::new(Kind::Interrupted, "the run was called off")
}
