//! One process that sells: `tickets-bench sales-worker`, which the benchmark starts itself.
//!
//! It opens the store, sells once to warm up, says that it is ready, and waits for a byte. Then it
//! sells its share, or for a fixed time, and says how many it sold and in what time.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use super::Work;
use super::peer::Peer;
use super::store::OpenStore;
use crate::{Result, note};

/// What a worker says when it waits for the start.
pub(crate) const READY: &str = "ready";
/// A worker that takes longer than this hangs, and ends itself.
const TIME_LIMIT: Duration = Duration::from_secs(780);

/// What the command line of a worker says.
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    peer: Peer,
    directory: PathBuf,
    work: Work,
}

/// Sells. Without a byte on stdin, for the benchmark is gone, nothing.
pub(crate) fn run(args: &WorkerArgs) -> Result<()> {
    thread::spawn(|| {
        thread::sleep(TIME_LIMIT);
        note("error: a worker hung");
        process::exit(1);
    });
    let mut store = args.peer.open(&args.directory)?;
    store.sell()?;
    say(READY)?;
    let heard = io::stdin().lock().read(&mut [0]);
    if heard.map_err(|error| format!("could not wait for the start: {error}"))? == 0 {
        return Err("the benchmark is gone".to_owned());
    }
    let (sales, seconds) = sell(store.as_mut(), args.work)?;
    say(&format!("{sales} {seconds}"))
}

/// Sells until the work is done; the sale that is under way when a time is up still counts, and its
/// time too.
fn sell(store: &mut dyn OpenStore, work: Work) -> Result<(u64, f64)> {
    let started = Instant::now();
    let mut sales = 0;
    loop {
        store.sell()?;
        sales += 1;
        let elapsed = started.elapsed().as_secs_f64();
        let done = match work {
            Work::Each(share) => sales >= share,
            Work::Seconds(seconds) => elapsed >= seconds,
        };
        if done {
            return Ok((sales, elapsed));
        }
    }
}

fn say(line: &str) -> Result<()> {
    writeln!(io::stdout().lock(), "{line}")
        .map_err(|error| format!("could not tell the benchmark: {error}"))
}
