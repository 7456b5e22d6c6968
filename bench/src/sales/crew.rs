//! One run: so many workers on one fresh store, at once, and whether what they sold is there.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::peer::{Books, Peer, STOCK};
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
pub(crate) fn run(peer: Peer, processes: u32, seconds: f64, scratch: &Scratch) -> Result<Made> {
    let directory = scratch.subdirectory("store")?;
    let made = run_in(&directory, peer, processes, seconds)
        .map_err(|problem| format!("{}, {processes} at once: {problem}", peer.label()))?;
    fs::remove_dir_all(&directory)
        .map_err(|error| format!("could not remove {}: {error}", directory.display()))?;
    Ok(made)
}

fn run_in(directory: &Path, peer: Peer, processes: u32, seconds: f64) -> Result<Made> {
    peer.create(directory)?;
    // What others left to be written is not this run's to wait for.
    rustix::fs::sync();
    let mut crew = Crew::default();
    for _ in 0..processes {
        crew.workers.push(Worker::start(peer, directory, seconds)?);
    }
    for worker in &mut crew.workers {
        worker.wait_ready()?;
    }
    for worker in &mut crew.workers {
        worker.go()?;
    }
    let mut sold = u64::from(processes);
    let mut rates = Vec::new();
    for worker in &mut crew.workers {
        let (sales, time) = worker.wait_end()?;
        sold += sales;
        rates.push(sales as f64 / time);
    }
    check(peer.books(directory)?, sold)?;
    Ok(made(&rates))
}

fn made(rates: &[f64]) -> Made {
    let rate: f64 = rates.iter().sum();
    let mean = rate / rates.len() as f64;
    let slowest = rates.iter().copied().fold(mean, f64::min);
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
struct Crew {
    workers: Vec<Worker>,
}

impl Drop for Crew {
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
    fn start(peer: Peer, directory: &Path, seconds: f64) -> Result<Self> {
        let name = clap::ValueEnum::to_possible_value(&peer)
            .ok_or("a peer without a name")?
            .get_name()
            .to_owned();
        let mut child = Command::new(PathBuf::from(OURSELVES))
            .args(["sales-worker", &name])
            .arg(directory)
            .arg(seconds.to_string())
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
    use super::{check, made, parse};
    use crate::sales::peer::{Books, STOCK};

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
        let made = made(&[30.0, 10.0, 20.0]);
        assert_eq!((made.rate, made.slowest), (60.0, 50.0));
    }

    #[test]
    fn a_worker_says_two_numbers() {
        assert_eq!(parse("12 1.5"), Some((12, 1.5)));
        assert_eq!(parse(""), None);
    }
}
