//! Holds: a thousand that are open behind a sale, and a thousand that are due and end in one go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tickets::BoxOffice;
use tickets::office::{Durability, Order, Unobserved};

use super::grow::grow_to;
use super::same_code;
use crate::figure::Figure;
use crate::sales::ours::{problem, write_event};
use crate::sales::store::STOCK;
use crate::scratch::Scratch;
use crate::{Result, note, run};

/// How many holds there are.
const HOLDS: u64 = 1_000;
/// For how long those are held that are open.
const LONG: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long it may take to end all that are due, in milliseconds.
const AT_MOST: f64 = 50.0;
/// How much more memory that may take with a long ledger behind the holds.
const FLAT: f64 = 1.1;
/// The files of an event.
const FILES: [&str; 2] = ["tickets.json", "tickets.ledger.jsonl"];

/// An event of so many sales with the holds at its beginning, all of them open.
pub(crate) fn open(scratch: &Scratch, sales: u64) -> Result<PathBuf> {
    let event = scratch.subdirectory("held")?.join("tickets.json");
    write_event(&event, STOCK)?;
    hold(&event, LONG)?;
    grow_to(&event, sales)?;
    Ok(event)
}

/// Holds a ticket as often as there are holds.
fn hold(event: &Path, time: Duration) -> Result<()> {
    let mut office = BoxOffice::at(event).map_err(|error| problem(&error))?;
    for number in 1..=HOLDS {
        let durability = if number < HOLDS {
            Durability::Process
        } else {
            Durability::Disk
        };
        let order = Order::new("holder", 1).durability(durability);
        let held = office.hold(&order, Some(time));
        held.map_err(|error| problem(&error))?;
    }
    Ok(())
}

/// One sale ends all the holds that are due: right behind them, and with a long ledger between.
pub(crate) fn due(
    scratch: &Scratch,
    (sales, runs): (u64, u32),
    tickets: &Path,
) -> Result<Vec<Figure>> {
    note("measuring: due holds");
    let near = prepared(scratch, "due", 0)?;
    let far = prepared(scratch, "due far back", sales)?;
    let (mut library, mut command, mut behind) = (Vec::new(), Vec::new(), Vec::new());
    let mut peaks = [Vec::new(), Vec::new()];
    for run in 0..=runs {
        let times = [
            by_library(&near.fresh()?)?,
            by_command(&near.fresh()?, tickets, false)?.seconds,
            by_command(&far.fresh()?, tickets, false)?.seconds,
        ];
        // In runs of its own, for watching takes time.
        let memory = [&near, &far].map(|event| by_command(&event.fresh()?, tickets, true));
        if run > 0 {
            for (list, seconds) in [&mut library, &mut command, &mut behind]
                .into_iter()
                .zip(times)
            {
                list.push(seconds * 1e3);
            }
            for (list, finished) in peaks.iter_mut().zip(memory) {
                list.push(finished?.peak_mib);
            }
        }
    }
    let name = |what: &str| format!("{HOLDS} due holds end in one sale, {what}");
    let [near, far] = peaks;
    let mut figures = vec![
        Figure::of(name("library"), "ms", library)?.at_most(AT_MOST),
        Figure::of(name("command"), "ms", command)?.at_most(AT_MOST),
        Figure::of(name("command, long ledger behind them"), "ms", behind)?,
    ];
    if near.iter().all(|peak| *peak > 0.0) {
        let near = Figure::of(name("peak memory"), "MiB", near)?;
        let far = Figure::of(name("peak memory, long ledger"), "MiB", far)?;
        let ratio = far.ratio(name("peak memory, long over short"), &near);
        figures.extend([near, far, ratio.at_most(FLAT)]);
    } else {
        note("it ends too soon for its memory to be seen");
    }
    Ok(figures)
}

/// An event of which nothing is left but what is held and due, to be copied for each run.
struct Prepared {
    from: PathBuf,
    to: PathBuf,
}

fn prepared(scratch: &Scratch, name: &str, sales: u64) -> Result<Prepared> {
    let from = scratch.subdirectory(name)?;
    let event = from.join(FILES[0]);
    write_event(&event, sales + HOLDS)?;
    hold(&event, Duration::ZERO)?;
    grow_to(&event, sales)?;
    let to = scratch.subdirectory(&format!("{name}, a copy"))?;
    Ok(Prepared { from, to })
}

impl Prepared {
    /// Its count, as it was.
    fn fresh(&self) -> Result<PathBuf> {
        for name in FILES {
            let (from, to) = (self.from.join(name), self.to.join(name));
            fs::copy(&from, &to)
                .map_err(|error| format!("could not copy {}: {error}", from.display()))?;
            // Its blocks are not what is measured.
            let synced = fs::File::open(&to).and_then(|file| file.sync_all());
            synced.map_err(|error| format!("could not sync {}: {error}", to.display()))?;
        }
        Ok(self.to.join(FILES[0]))
    }
}

fn by_library(event: &Path) -> Result<f64> {
    let order = Order::new("needs all", HOLDS);
    let started = Instant::now();
    let mut office = BoxOffice::at(event).map_err(|error| problem(&error))?;
    let sale = office.purchase(&order, &mut Unobserved);
    sale.map_err(|error| problem(&error))?;
    let seconds = started.elapsed().as_secs_f64();
    all_ended(event)?;
    Ok(seconds)
}

fn by_command(event: &Path, tickets: &Path, watched: bool) -> Result<run::Finished> {
    let mut command = Command::new(tickets);
    let quantity = HOLDS.to_string();
    command.arg("-f").arg(event);
    command.args(["book", "needs all", "--quantity", &quantity]);
    let finished = run::run(&mut command, event.parent().unwrap_or(event), watched)?;
    same_code("tickets book", &finished)?;
    all_ended(event)?;
    Ok(finished)
}

/// Each of the holds has ended, by a line of its own.
fn all_ended(event: &Path) -> Result<()> {
    let path = event.with_extension("ledger.jsonl");
    let text = fs::read_to_string(&path);
    let text = text.map_err(|error| format!("could not read {}: {error}", path.display()))?;
    let ended = text.matches("\"op\":\"expire\"").count();
    if ended as u64 == HOLDS {
        Ok(())
    } else {
        Err(format!("{ended} holds have ended of {HOLDS}"))
    }
}
