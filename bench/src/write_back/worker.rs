//! One process that sells or reads: `tickets-bench write-back-worker`, which the benchmark starts itself.

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::Duration;

use clap::Args;

use super::line;
use super::protocol::{BUYER, DONE, Store, Task};
use crate::sales::lmdb::Lmdb;
use crate::sales::sqlite::{Sqlite, Sync};
use crate::sales::store::Promise;
use crate::{Result, note};

/// A worker that takes longer than this hangs, and ends itself.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// What the command line of a worker says.
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    store: Store,
    directory: PathBuf,
    task: Task,
}

/// A store that is open.
enum Open {
    Sqlite(Sqlite),
    Lmdb(Lmdb),
    Line,
}

impl Open {
    fn new(args: &WorkerArgs) -> Result<Self> {
        let directory = &args.directory;
        Ok(match args.store {
            Store::Sqlite | Store::SqliteRead => Self::Sqlite(Sqlite::open(directory, Sync::Full)?),
            Store::Lmdb => Self::Lmdb(Lmdb::open(directory, Promise::Durable)?),
            Store::Tickets | Store::Append => Self::Line,
        })
    }

    fn sell(&mut self, directory: &Path, buyer: &str) -> Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.sell_to(buyer),
            Self::Lmdb(lmdb) => lmdb.sell_to(buyer),
            Self::Line => line::append(directory, buyer),
        }
    }

    /// Gives each who has bought, up to where it cannot be read.
    fn each_buyer(&self, directory: &Path, each: &mut dyn FnMut(&str)) -> Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.each_buyer(each),
            Self::Lmdb(lmdb) => lmdb.each_buyer(each),
            Self::Line => {
                let buyers = line::buyers(&directory.join(line::FILE))?;
                for buyer in &buyers {
                    each(buyer);
                }
                Ok(())
            }
        }
    }
}

/// Does its task, and says why it cannot.
pub(crate) fn run(args: &WorkerArgs) -> Result<()> {
    thread::spawn(|| {
        thread::sleep(TIME_LIMIT);
        note("error: a worker hung");
        process::exit(1);
    });
    work(args).or_else(|problem| say(&problem))
}

fn work(args: &WorkerArgs) -> Result<()> {
    let mut open = Open::new(args)?;
    let directory = &args.directory;
    if args.task != Task::Sell {
        let mut buyers = Vec::new();
        let read = open.each_buyer(directory, &mut |buyer| buyers.push(buyer.to_owned()));
        if args.task == Task::List {
            for buyer in buyers {
                say(&format!("{BUYER}{buyer}"))?;
            }
        }
        read?;
        say(DONE)?;
    }
    if args.task == Task::List {
        return Ok(());
    }
    for buyer in io::stdin().lock().lines() {
        let buyer = buyer.map_err(|error| format!("could not hear the benchmark: {error}"))?;
        match open.sell(directory, &buyer) {
            Ok(()) => say(DONE)?,
            Err(problem) => say(&problem)?,
        }
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    writeln!(io::stdout().lock(), "{}", line.replace('\n', " "))
        .map_err(|error| format!("could not tell the benchmark: {error}"))
}
