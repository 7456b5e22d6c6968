//! Many commands at once: whether exactly the stock is sold, and in the order of those who wait.
//!
//! The benchmark holds the event's lock and starts one buyer after the other, each when the one
//! before it is seen waiting. So their order is known. Then it lets go.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use serde_json::Value;
use tickets::BoxOffice;

use super::sale::book;
use super::{locks, order};
use crate::figure::Figure;
use crate::run::excerpt;
use crate::run::peak_resident_kib;
use crate::sales::ours::{problem, write_event};
use crate::scratch::Scratch;
use crate::{Result, note};

/// How long a buyer may take until it waits.
const TO_WAIT: Duration = Duration::from_secs(20);
/// How long all may take when the lock is free.
const TO_END: Duration = Duration::from_secs(300);
/// How often it is looked whether something has happened.
const PAUSE: Duration = Duration::from_micros(200);
/// Exit code of a buyer that finds nothing left.
const SOLD_OUT: i32 = 3;
/// How many sales in a hundred may be out of order.
const OUT_OF_ORDER: f64 = 1.0;
/// What a buyer's place is written behind, in its name.
const NAME: &str = "buyer-";

/// Starts so many buyers for half as many tickets.
pub(crate) fn queue(scratch: &Scratch, buyers: usize, tickets: &Path) -> Result<Vec<Figure>> {
    note(&format!("measuring: {buyers} at once"));
    let event = scratch.subdirectory("queue")?.join("tickets.json");
    let stock = buyers / 2;
    write_event(&event, stock as u64)?;
    let mut office = BoxOffice::at(&event).map_err(|error| problem(&error))?;
    let reset = office.reset(None, true, TO_WAIT);
    reset.map_err(|error| problem(&error))?;

    let path = event.with_extension("json.lock");
    let lock = File::open(&path)
        .and_then(|lock| Ok((lock.metadata()?.ino(), lock)))
        .and_then(|(inode, lock)| Ok((flock(&lock, FlockOperation::LockExclusive)?, inode, lock)));
    let ((), inode, lock) =
        lock.map_err(|error| format!("could not lock {}: {error}", path.display()))?;
    let said = event.with_extension("stderr");
    let mut waiters = Waiters::default();
    for place in 0..buyers {
        waiters.start(tickets, &event, place, &said)?;
        waiters.wait_for_last(inode, &said)?;
    }
    let peak_kib = waiters.peak_kib();

    let released = Instant::now();
    drop(lock);
    let codes = waiters.wait(released)?;
    let seconds = released.elapsed().as_secs_f64();

    check(&codes, stock, &said)?;
    let places = places(&event.with_extension("ledger.jsonl"))?;
    if places.len() != stock {
        let sold = places.len();
        return Err(format!("{sold} sales on the ledger instead of {stock}"));
    }
    let share = 100.0 * order::out_of_order(&places) as f64 / stock.max(1) as f64;
    let late = places.iter().filter(|place| **place >= stock).count();
    let once =
        |what: &str, unit, value| Figure::once(&format!("{buyers} at once, {what}"), unit, value);
    Ok(vec![
        once("sold, and the others refused", "sales", places.len() as f64),
        once("sales out of order", "%", share).at_most(OUT_OF_ORDER),
        once("sold to one too far back", "sales", late as f64),
        once("from release to last exit", "s", seconds),
        once(
            "peak memory of one that waits",
            "MiB",
            peak_kib as f64 / 1024.0,
        ),
    ])
}

/// The buyers in the order in which they came, killed if they are left early.
#[derive(Debug, Default)]
struct Waiters {
    buyers: Vec<Child>,
}

impl Drop for Waiters {
    fn drop(&mut self) {
        for buyer in &mut self.buyers {
            // Does nothing to one that has ended and was waited for.
            let _ = buyer.kill();
            let _ = buyer.wait();
        }
    }
}

impl Waiters {
    fn start(&mut self, tickets: &Path, event: &Path, place: usize, said: &Path) -> Result<()> {
        let start = || {
            book(tickets, event, &format!("{NAME}{place}"))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(OpenOptions::new().append(true).create(true).open(said)?)
                .spawn()
        };
        let buyer = start().map_err(|error| format!("could not start buyer {place}: {error}"))?;
        self.buyers.push(buyer);
        Ok(())
    }

    /// Until the one who came last is seen waiting.
    fn wait_for_last(&mut self, inode: u64, said: &Path) -> Result<()> {
        let place = self.buyers.len();
        let Some(buyer) = self.buyers.last_mut() else {
            return Ok(());
        };
        let deadline = Instant::now() + TO_WAIT;
        while !locks::waits(buyer.id(), inode)? {
            if let Ok(Some(status)) = buyer.try_wait() {
                let said = last_words(said);
                return Err(format!("buyer {place} did not wait: {status}: {said}"));
            }
            if Instant::now() >= deadline {
                return Err(format!("buyer {place} is not seen waiting in /proc/locks"));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// The largest resident set of any, while all wait.
    fn peak_kib(&self) -> u64 {
        let peaks = self
            .buyers
            .iter()
            .filter_map(|buyer| peak_resident_kib(buyer.id()));
        peaks.max().unwrap_or(0)
    }

    /// Until all have ended; their exit codes.
    fn wait(&mut self, since: Instant) -> Result<Vec<Option<i32>>> {
        let mut codes = Vec::new();
        for buyer in &mut self.buyers {
            let status = loop {
                let ended = buyer.try_wait();
                if let Some(status) = ended.map_err(|error| format!("a buyer is lost: {error}"))? {
                    break status;
                }
                if since.elapsed() >= TO_END {
                    let limit = TO_END.as_secs();
                    return Err(format!("not all buyers have ended within {limit} s"));
                }
                thread::sleep(PAUSE);
            };
            codes.push(status.code());
        }
        Ok(codes)
    }
}

/// As many bought as there were tickets, and all others found none left.
fn check(codes: &[Option<i32>], stock: usize, said: &Path) -> Result<()> {
    let with = |wanted| codes.iter().filter(|code| **code == Some(wanted)).count();
    let (bought, refused) = (with(0), with(SOLD_OUT));
    if bought == stock && bought + refused == codes.len() {
        return Ok(());
    }
    let (all, said) = (codes.len(), last_words(said));
    Err(format!(
        "wrong outcome: of {all} buyers {bought} bought, where there were {stock} tickets, and {refused} were refused; one said: {said}"
    ))
}

/// The places of those who bought, in the order of the ledger.
fn places(ledger: &Path) -> Result<Vec<usize>> {
    let text = fs::read_to_string(ledger)
        .map_err(|error| format!("could not read {}: {error}", ledger.display()))?;
    places_in(&text).ok_or_else(|| format!("{} is not as expected", ledger.display()))
}

fn places_in(ledger: &str) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for line in ledger.lines().filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_str(line).ok()?;
        if line.get("op")? == "sell" {
            let buyer = line.get("buyer")?.as_str()?;
            places.push(buyer.strip_prefix(NAME)?.parse().ok()?);
        }
    }
    Some(places)
}

fn last_words(said: &Path) -> String {
    excerpt(&fs::read_to_string(said).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check, places_in};

    #[test]
    fn the_ledger_tells_who_bought_in_turn() {
        let ledger = "{\"op\":\"open\",\"quantity\":2}\n{\"op\":\"sell\",\"buyer\":\"buyer-7\"}\n{\"op\":\"sell\",\"buyer\":\"buyer-0\"}\n\n";
        assert_eq!(places_in(ledger), Some(vec![7, 0]));
        assert_eq!(places_in("{\"op\":\"sell\",\"buyer\":\"user-1\"}\n"), None);
    }

    #[test]
    fn only_the_stock_sold_and_the_others_refused_is_right() {
        let right = |codes: &[Option<i32>], stock| check(codes, stock, Path::new("/nowhere"));
        assert!(right(&[Some(0), Some(3), Some(0), Some(3)], 2).is_ok());
        assert!(right(&[Some(0), Some(3), Some(3), Some(3)], 2).is_err());
        assert!(right(&[Some(0), Some(0), Some(3), Some(5)], 2).is_err());
        assert!(right(&[Some(0), Some(0), Some(3), None], 2).is_err());
    }
}
