//! One run: so many workers on one fresh store, at once, and whether what they sold is there.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::Work;
use super::peer::Peer;
use super::store::{Books, STOCK};
use super::worker::READY;
use crate::Result;
use crate::scratch::Scratch;

/// This very program, even if it was built anew meanwhile.
const OURSELVES: &str = "/proc/self/exe";

/// What the workers of one run made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    /// Sales per second of all.
    pub(crate) rate: f64,
    /// The sales per second of the slowest, in percent of the mean.
    pub(crate) slowest: f64,
}

/// Runs the workers on a fresh store, checks what stands in it afterwards, and removes it.
pub(crate) fn run(peer: Peer, processes: u32, work: Work, scratch: &Scratch) -> Result<Made> {
    let directory = scratch.subdirectory("store")?;
    let made = run_in(&directory, peer, processes, work)
        .map_err(|problem| format!("{}, {processes} at once: {problem}", peer.label()))?;
    fs::remove_dir_all(&directory)
        .map_err(|error| format!("could not remove {}: {error}", directory.display()))?;
    Ok(made)
}

fn run_in(directory: &Path, peer: Peer, processes: u32, work: Work) -> Result<Made> {
    peer.create(directory)?;
    // What others left to be written is not this run's to wait for.
    rustix::fs::sync();
    let mut pool = Pool::default();
    for _ in 0..processes {
        pool.workers.push(Worker::start(peer, directory, work)?);
    }
    for worker in &mut pool.workers {
        worker.wait_ready()?;
    }
    for worker in &mut pool.workers {
        worker.go()?;
    }
    let mut sold = u64::from(processes);
    let mut sales = Vec::new();
    for worker in &mut pool.workers {
        let done = worker.wait_end()?;
        sold += done.0;
        sales.push(done);
    }
    check(peer.books(directory)?, sold)?;
    Ok(made(&sales, work))
}

/// What came of so many sales, in so many seconds, of each.
fn made(sales: &[(u64, f64)], work: Work) -> Made {
    let rates: Vec<_> = sales
        .iter()
        .map(|(sold, time)| *sold as f64 / time)
        .collect();
    let sum: f64 = rates.iter().sum();
    let mean = sum / rates.len() as f64;
    let slowest = rates.iter().copied().fold(mean, f64::min);
    let rate = match work {
        // They sell all the time.
        Work::Seconds(_) => sum,
        // The work is done when the last is.
        Work::Each(_) => {
            let sold: u64 = sales.iter().map(|(sold, _)| sold).sum();
            let end = sales.iter().map(|(_, time)| *time).fold(0.0, f64::max);
            sold as f64 / end
        }
    };
    Made {
        rate,
        slowest: 100.0 * slowest / mean,
    }
}

/// Whether all that the workers say they sold, and nothing else, is on record and gone from the
/// stock.
fn check(books: Books, sold: u64) -> Result<()> {
    let Books { recorded, left } = books;
    if recorded == sold && left.checked_add(sold) == Some(STOCK) {
        return Ok(());
    }
    Err(format!(
        "wrong outcome: {sold} sold, but {recorded} recorded, and {left} left of {STOCK}"
    ))
}

/// Workers, killed if they are left early.
#[derive(Debug, Default)]
struct Pool {
    workers: Vec<Worker>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            // Does nothing to one that has ended and was waited for.
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }
}

#[derive(Debug)]
struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(peer: Peer, directory: &Path, work: Work) -> Result<Self> {
        let name = clap::ValueEnum::to_possible_value(&peer)
            .ok_or("a peer without a name")?
            .get_name()
            .to_owned();
        let mut child = Command::new(PathBuf::from(OURSELVES))
            .args(["sales-worker", &name])
            .arg(directory)
            .arg(work.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("could not start a worker: {error}"))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                child,
                input,
                output: BufReader::new(output),
            }),
            _ => Err("a worker without pipes".to_owned()),
        }
    }

    fn wait_ready(&mut self) -> Result<()> {
        match self.read()?.as_str() {
            READY => Ok(()),
            other => Err(format!("a worker is not ready: {other:?}")),
        }
    }

    fn go(&mut self) -> Result<()> {
        self.input
            .write_all(b"!")
            .map_err(|error| format!("could not start a worker's sales: {error}"))
    }

    /// Waits for what it sold, in what time, and for its end.
    fn wait_end(&mut self) -> Result<(u64, f64)> {
        let said = self.read()?;
        let status = self.child.wait();
        let status = status.map_err(|error| format!("could not wait for a worker: {error}"))?;
        match parse(&said) {
            Some(sold) if status.success() => Ok(sold),
            _ => Err(format!("a worker said {said:?} and ended with {status}")),
        }
    }

    fn read(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output
            .read_line(&mut line)
            .map_err(|error| format!("could not hear a worker: {error}"))?;
        Ok(line.trim_end().to_owned())
    }
}

fn parse(said: &str) -> Option<(u64, f64)> {
    let (sales, seconds) = said.split_once(' ')?;
    Some((sales.parse().ok()?, seconds.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Work, check, made, parse};
    use crate::sales::store::{Books, STOCK};

    #[test]
    fn a_sale_that_is_missing_or_too_many_is_noticed() {
        let books = |recorded, left| Books { recorded, left };
        assert_eq!(check(books(5, STOCK - 5), 5), Ok(()));
        assert!(check(books(4, STOCK - 5), 5).is_err());
        assert!(check(books(5, STOCK - 4), 5).is_err());
        assert!(check(books(6, STOCK - 6), 5).is_err());
    }

    #[test]
    fn the_slowest_is_measured_by_the_mean() {
        let sales = [(60, 2.0), (20, 2.0), (40, 2.0)];
        let made = made(&sales, Work::Seconds(2.0));
        assert_eq!((made.rate, made.slowest), (60.0, 50.0));
    }

    #[test]
    fn equal_shares_are_sold_when_the_last_is_done() {
        let sales = [(60, 2.0), (60, 6.0)];
        let made = made(&sales, Work::Each(60));
        assert_eq!((made.rate, made.slowest), (20.0, 50.0));
    }

    #[test]
    fn a_worker_says_two_numbers() {
        assert_eq!(parse("12 1.5"), Some((12, 1.5)));
        assert_eq!(parse(""), None);
    }
}
