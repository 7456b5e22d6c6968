//! The place where buyers of the lab race: a scratch event, and real processes that go on one step at a
//! time, so that a run is a function of its schedule.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::io::Errno;
use tempfile::TempDir;

use super::racer::{CALL_OFF, DIE, End, GO, Part, Point, RACER, Says};
use super::run::{Move, Run, Trial};
use super::schedule::MAX_BUYERS;
use super::verdict::{Aftermath, Anomaly, Finding, Written, judge};
use crate::children;
use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::ledger::Line;
use crate::ledger::LockKind;
use crate::office::{DEFAULT_WAIT, Writes};
use crate::store::file::file_store::FileStore;

/// The longest line that a buyer of the lab says, in bytes.
const LONGEST: u64 = 4096;

/// Where the ledger has its second name.
const OTHER: &str = "other";

/// The buyers, and their event.
#[derive(Debug)]
pub(super) struct Arena {
    directory: TempDir,
    store: FileStore,
    /// The fresh event: its count and its ledger.
    fresh: [Vec<u8>; 2],
    racers: Vec<Racer>,
    trial: Trial,
}

#[derive(Debug)]
struct Racer {
    dead: bool,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Arena {
    pub(super) fn open(trial: &Trial) -> Result<Self> {
        if !(1..=MAX_BUYERS).contains(&trial.users) {
            let message = format!("the lab has 1 to {MAX_BUYERS} buyers, not {}", trial.users);
            return Err(Error::new(Kind::Usage, message));
        }
        let place = place(trial);
        let directory = tempfile::Builder::new()
            .prefix("tickets-race-")
            .tempdir_in(&place)
            .map_err(|e| {
                let error = Error::io("make a directory here", &place, e);
                error.hint("name another directory by --place")
            })?;
        let count = directory.path().join("tickets.json");
        let text = format!("{{\"ticket\": {}}}\n", trial.stock);
        fs::write(&count, text).map_err(|e| Error::io("write", &count, e))?;
        let mut store = FileStore::at(&count)?;
        let wanted = &mut || true;
        store.prepare(LockKind::Exclusive, true, DEFAULT_WAIT, wanted)?;
        let read = |path: &Path| fs::read(path).map_err(|e| Error::io("read", path, e));
        let fresh = [read(&store.files().count)?, read(&store.files().ledger)?];
        let mut arena = Self {
            directory,
            store,
            fresh,
            racers: Vec::new(),
            trial: trial.clone(),
        };
        if trial.second_name {
            let other = arena.directory.path().join(OTHER);
            fs::create_dir(&other).map_err(|e| Error::io("make", &other, e))?;
        }
        for number in 0..trial.users {
            let racer = Racer::start(trial, &arena.count_of(number), number)?;
            arena.racers.push(racer);
        }
        Ok(arena)
    }

    /// The count by which a buyer knows the event.
    fn count_of(&self, buyer: usize) -> PathBuf {
        if self.trial.second_name && buyer % 2 == 1 {
            self.directory.path().join(OTHER).join("tickets.json")
        } else {
            self.store.files().count.clone()
        }
    }

    /// A fresh event, and every buyer at its first step. Returns what each says.
    pub(super) fn begin(&mut self) -> Result<Vec<Says>> {
        let files = self.store.files();
        for (path, bytes) in [&files.count, &files.ledger].into_iter().zip(&self.fresh) {
            // Other files than before: whoever still has one of those open does not matter.
            let new = self.directory.path().join("new");
            fs::write(&new, bytes)
                .and_then(|()| fs::rename(&new, path))
                .map_err(|e| Error::io("write", path, e))?;
        }
        if self.trial.second_name {
            self.name_again()?;
        }
        let counts: Vec<_> = (0..self.racers.len()).map(|at| self.count_of(at)).collect();
        for (number, (racer, count)) in self.racers.iter_mut().zip(counts).enumerate() {
            if racer.dead {
                *racer = Racer::start(&self.trial, &count, number)?;
            }
            racer.tell(GO)?;
        }
        self.racers.iter_mut().map(Racer::listen).collect()
    }

    /// Gives the fresh ledger its second name, beside a fresh count.
    fn name_again(&self) -> Result<()> {
        let count = self.count_of(1);
        let ledger = &self.store.files().ledger;
        let name = count.with_file_name("tickets.ledger.jsonl");
        let link = || {
            fs::write(&count, &self.fresh[0])?;
            match fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::hard_link(ledger, &name)
        };
        link().map_err(|e| Error::io("name the ledger again as", &name, e))
    }

    /// The count that includes most: each is written by those who know the event by it.
    fn latest_count(&self) -> Result<CountFile> {
        let own = CountFile::read(&self.store.files().count);
        if !self.trial.second_name {
            return own;
        }
        let counted = |snapshot: &CountFile| snapshot.counted.map_or(0, |counted| counted.seq);
        let (own, other) = (own?, CountFile::read(&self.count_of(1))?);
        Ok(if counted(&other) > counted(&own) {
            other
        } else {
            own
        })
    }

    /// Lets one buyer make its next step. Returns what it says then.
    pub(super) fn grant(&mut self, buyer: usize) -> Result<Says> {
        let racer = self
            .racers
            .get_mut(buyer)
            .ok_or_else(|| gone("is not there"))?;
        racer.tell(GO)?;
        racer.listen()
    }

    /// Kills a buyer where it is, and waits for its end: the kernel has its lock back then.
    pub(super) fn kill(&mut self, buyer: usize) -> Result<()> {
        let racer = self
            .racers
            .get_mut(buyer)
            .ok_or_else(|| gone("is not there"))?;
        racer.tell(DIE)?;
        racer.dead = true;
        children::wait(&mut racer.child).map_err(|e| gone(&e.to_string()))
    }

    /// Ends the run of a buyer that is not at its end.
    pub(super) fn call_off(&mut self, buyer: usize) -> Result<()> {
        let racer = self
            .racers
            .get_mut(buyer)
            .ok_or_else(|| gone("is not there"))?;
        racer.tell(CALL_OFF)?;
        while racer.listen()?.end.is_none() {
            racer.tell(CALL_OFF)?;
        }
        Ok(())
    }

    /// Judges what the buyers have left.
    pub(super) fn judge(
        &self,
        trial: &Trial,
        moves: Vec<Move>,
        ends: Vec<Option<End>>,
    ) -> Result<Run> {
        let files = self.store.files();
        let ledger = fs::read(&files.ledger).map_err(|e| Error::io("read", &files.ledger, e))?;
        let told = |id: &str| {
            let own = |end: &End| matches!(end, End::Sold { id: own } if own == id);
            ends.iter().flatten().any(own)
        };
        let (lines, torn) = lines(&ledger, told);
        let written = |id: &str| {
            let own = format!("\"id\":\"{id}\"");
            memchr::memmem::find(&ledger, own.as_bytes()).is_some()
        };
        let lost = (ends.iter().enumerate()).filter_map(|(buyer, end)| match end {
            Some(End::Sold { id }) if !written(id) => Some(name(buyer)),
            _ => None,
        });
        let lost = lost.collect();
        let sales: Vec<_> = lines.iter().filter(|line| !line.buyer.is_empty()).collect();
        let mut left: Vec<_> = sales.iter().map(|line| line.left).collect();
        let sellers = sales
            .iter()
            .filter_map(|line| number(&line.buyer))
            .collect();
        let snapshot = self.latest_count();
        let count = snapshot.as_ref().ok();
        left.extend(count.map(|snapshot| snapshot.ticket));
        let counted = count.and_then(|snapshot| snapshot.counted);
        let mut verdict = judge(&Aftermath {
            stock: trial.stock,
            seq: 1,
            lines: lines.into_iter().skip(1).collect(),
            left: count.map(|snapshot| snapshot.ticket),
            counted: counted.map_or(0, |counted| counted.bytes),
            before: None,
            torn,
            lost,
            unreadable: snapshot.as_ref().err().map(ToString::to_string),
            replaced: false,
        });
        for (buyer, end) in ends.iter().enumerate() {
            let Some(End::Torn { message } | End::Failed { message }) = end else {
                continue;
            };
            let torn = matches!(end, Some(End::Torn { .. }));
            verdict
                .findings
                .push(torn_read(buyer, message, torn, &moves));
        }
        Ok(Run {
            moves,
            ends,
            verdict,
            left,
            sellers,
        })
    }
}

/// Where the scratch event goes: into memory, where there is such a place.
fn place(trial: &Trial) -> PathBuf {
    let memory = || {
        let memory = PathBuf::from("/dev/shm");
        if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        }
    };
    trial.place.clone().unwrap_or_else(memory)
}

/// What a buyer is called.
pub(super) fn name(buyer: usize) -> String {
    format!("user-{}", buyer + 1)
}

fn number(name: &str) -> Option<usize> {
    let number: usize = name.strip_prefix("user-")?.parse().ok()?;
    number.checked_sub(1)
}

/// The lines of a ledger, and how many bytes of it are none.
fn lines(ledger: &[u8], told: impl Fn(&str) -> bool) -> (Vec<Written>, u64) {
    let (mut lines, mut torn, mut end) = (Vec::new(), 0, 0);
    for bytes in ledger.split_inclusive(|&byte| byte == b'\n') {
        end += bytes.len() as u64;
        match bytes
            .strip_suffix(b"\n")
            .map(|line| Line::parse(line, None))
        {
            Some(Ok(line)) => {
                let told = line.record.id.as_deref().is_some_and(&told);
                lines.push(Written::of(&line.record, end, Some("lab"), told));
            }
            _ => torn += bytes.len() as u64,
        }
    }
    (lines, torn)
}

fn torn_read(buyer: usize, message: &str, torn: bool, moves: &[Move]) -> Finding {
    // Whoever was in the middle of writing is at its `fill`.
    let writer = moves.iter().rev().find_map(|step| {
        (step.buyer != buyer && step.point == Point::Write).then(|| name(step.buyer))
    });
    let reader = name(buyer);
    if !torn {
        return Finding {
            kind: Anomaly::Failed,
            buyers: vec![reader.clone()],
            read_seq: None,
            text: format!("{reader} failed: {message}"),
        };
    }
    let text = match &writer {
        Some(writer) => format!(
            "{reader} read the count while {writer} was writing it, and found it empty: {writer} had cut \
             the file to nothing and not yet filled it"
        ),
        None => format!("{reader} read a count that made no sense: {message}"),
    };
    Finding {
        kind: Anomaly::TornRead,
        buyers: std::iter::once(reader).chain(writer).collect(),
        read_seq: None,
        text,
    }
}

impl Racer {
    fn start(trial: &Trial, file: &Path, buyer: usize) -> Result<Self> {
        let part = Part {
            file: file.to_owned(),
            name: name(buyer),
            lock: trial.lock,
            in_place: trial.writes == Writes::InPlace,
            query: trial.query,
            quantity: 1,
        };
        let part = serde_json::to_string(&part).map_err(|e| Error::new(Kind::Io, e.to_string()))?;
        let mut child = Command::new(&trial.program)
            .arg(RACER)
            .arg(part)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for whoever leads the search.
            .process_group(0)
            .spawn()
            .map_err(|e| unstarted(trial, e))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                child,
                input,
                output: BufReader::new(output),
                dead: false,
            }),
            _ => Err(gone("has no pipes")),
        }
    }

    fn tell(&mut self, byte: u8) -> Result<()> {
        let told = self.input.write_all(&[byte]);
        told.map_err(|e| gone(&e.to_string()))
    }

    fn listen(&mut self) -> Result<Says> {
        let mut line = Vec::new();
        let heard = (&mut self.output)
            .take(LONGEST)
            .read_until(b'\n', &mut line);
        heard.map_err(|e| gone(&e.to_string()))?;
        serde_json::from_slice(&line).map_err(|e| gone(&e.to_string()))
    }
}

impl Drop for Racer {
    fn drop(&mut self) {
        // Whatever it is at, its event is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unstarted(trial: &Trial, error: io::Error) -> Error {
    let room = [Errno::MFILE, Errno::NFILE, Errno::AGAIN, Errno::NOMEM];
    let full = Errno::from_io_error(&error).is_some_and(|number| room.contains(&number));
    let error = Error::io("start", &trial.program, error);
    if full {
        error.hint(
            "take fewer --users, or allow more open files and processes: ulimit -n, ulimit -u",
        )
    } else {
        error
    }
}

fn gone(why: &str) -> Error {
    Error::new(Kind::Io, format!("a buyer of the lab is lost: {why}"))
}
