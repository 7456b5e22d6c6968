//! The command line's grammar and its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::Resettable;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use tickets::LockKind;
use tickets::rush::MAX_USERS;
use tickets::rush::think::Think;

/// Names the event where `-f` does not.
const FILE_VARIABLE: &str = "TICKETS_FILE";

/// The grammar of the command line. An empty variable is one that is not set, as whoever writes unit files
/// and the like means it.
pub(super) fn grammar() -> clap::Command {
    let is_empty = std::env::var_os(FILE_VARIABLE).is_some_and(|value| value.is_empty());
    if is_empty {
        Cli::command().mut_arg("file", |file| file.env(Resettable::Reset))
    } else {
        Cli::command()
    }
}

/// A booking office in a file: sells a limited stock from tickets.json, from any number of
/// processes, and never oversells under its lock.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The event's count
    #[arg(
        short,
        long,
        global = true,
        env = FILE_VARIABLE,
        default_value = "data/tickets.json",
        value_name = "FILE"
    )]
    pub(crate) file: PathBuf,

    /// Print exactly one JSON document on stdout, errors included
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Print no more than the result
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tickets query                   how many are left
  tickets buy --users 8           8 buyers rush, without a lock: a race
  tickets buy --users 8 --lock    the same under the lock: nothing is oversold
  tickets reset                   give the stock back
  tickets race prove --users 3    every way in which 3 buyers can meet
  tickets doctor                  whether this directory is fit for it

  tickets book alice --quantity 2 --key web-7f1c    a real sale
  tickets sales                   who has bought
  tickets audit                   does everything add up
  tickets backup /mnt/stick       a copy, while others sell

Exit codes:
  0  done
  1  I/O error
  2  usage
  3  sold out; race find: there is none
  4  refused
  5  busy: the lock was not had in time
  6  integrity: a race, or the count and the ledger do not add up
  128 + n  stopped by signal n; 130 is Ctrl-C";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// How many tickets are left
    #[command(after_help = "\
Examples:
  tickets query
  tickets --json query | jq .ticket

Takes no lock, waits for nobody and writes nothing. \
Exits 6 when the count and the ledger do not add up.")]
    Query,

    /// A rush: many buyers at once, each a process of its own
    #[command(after_help = "\
Examples:
  tickets buy --users 8                         without a lock: a race
  tickets buy --users 8 --lock                  under the lock: safe
  tickets buy --users 8 --together              all read before one writes
  tickets buy --users 200 --lock --think 0ms    as fast as it goes
  tickets buy --users 180 --threads             threads instead of processes
  tickets buy --users 8 --together --timeline race.svg       a picture of it
  tickets buy --users 2000 --lock --evidence run.jsonl       what each did, and
  tickets race check run.jsonl                               to judge it again

Each buyer queries, then buys: read, think, write. All start at one gun. They take from the event's stock: \
where tickets are booked for people, a rush is refused unless --force, and belongs on an event of its own, \
which 'tickets -f other.json reset N' makes.

With --evidence or --timeline the rush also finds what only the steps show: torn and stale reads, locks \
that keep nobody out. Both files are written anew; a file that holds something else is refused, before \
anything is sold. A buyer that cannot write down what it is about to do does not sell.

Exits 6 when a race was found, 5 when a buyer did not get the lock in time, 4 where tickets are \
booked, 1 when a buyer failed, the count could not be written or the evidence is not whole, else 0: also when there were not enough tickets for all.")]
    Buy(Buy),

    /// Book tickets for somebody: one real sale, always locked
    #[command(after_help = "\
Examples:
  tickets book alice
  tickets book \"Bob Smith\" --quantity 2
  tickets book carol --key web-7f1c      again and again: sold once

Booked means: on disk. With --key, the same order again gives the same sale again; another order with \
that key is refused. Exits 3 when too few are left, 4 when the key is another's, 5 when the lock was not \
had in time, and 1 when the outcome is unknown: then try again with the same key.")]
    Book(Book),

    /// Give a sale, or a part of it, back to the stock, once
    #[command(after_help = "\
Examples:
  tickets cancel 7-k3v9xq
  tickets cancel 7-k3v9xq --quantity 1 --reason ill

The id is what 'tickets book' printed; 'tickets sales' lists them. Exits 4 when there is no such sale or \
nothing of it to give back.")]
    Cancel(Cancel),

    /// Add tickets to the stock, or take away some that are not sold
    #[command(after_help = "\
Examples:
  tickets adjust +20 --reason \"gallery opened\"
  tickets adjust -10 --reason \"stage grew\"

Never takes away what is sold. Exits 4 when that is asked for.")]
    Adjust(Adjust),

    /// List the sales
    #[command(after_help = "\
Examples:
  tickets sales
  tickets sales --name alice
  tickets sales --format csv > sales.csv
  tickets --json sales | jq '.sales[].buyer'

In CSV, an apostrophe stands before each = + - @ that may begin a cell of a spreadsheet, wherever it splits: \
at the start, or behind anything but a letter, a digit, a dot or a low line. Control characters are \
written out, as \\n. Exits 6 when the ledger does not add up.")]
    Sales(Sales),

    /// Does everything add up: every line of the ledger, and the count
    #[command(after_help = "\
Examples:
  tickets audit
  tickets audit --repair      write the count anew from the ledger, and the like
  tickets audit --repair --force    also where the count includes more

Repairs only what can be proven, under the lock, and says what it did. Exits 6 when something does not \
add up.")]
    Audit(Audit),

    /// Copy the event to a directory while others sell: a count and a ledger that add up
    #[command(after_help = "\
Examples:
  tickets backup /mnt/stick/gala
  tickets backup ~/backups/gala
  tickets -f /mnt/stick/gala/tickets.json audit    look at it

Makes the directory where it is missing, and replaces an older backup of this event in it; whoever is killed \
leaves that, or the new one. Exits 4 when something else stands there, 6 when the event does not add up.")]
    Backup(Backup),

    /// Put a backup back; loses no sale, and keeps what it replaces
    #[command(after_help = "\
Examples:
  tickets restore /mnt/stick/gala
  tickets restore /mnt/stick/gala --force    give up what it lacks

Exits 4 when the event has lines that the backup lacks, unless --force; 1 when there is no backup, 6 when it \
does not add up. What is replaced is kept beside, under the names that it prints.")]
    Restore(Restore),

    /// Start the event anew; the old ledger is put away, not deleted
    #[command(after_help = "\
Examples:
  tickets reset                    with the stock it opened with
  tickets reset 200                with 200
  tickets -f gig.json reset 50     make a new event

Waits for whoever holds the lock. Exits 4, unless --force, while tickets are booked, where that is \
unknown because the ledger is missing or shorter than the count says, and over a file that is no event.")]
    Reset(Reset),

    /// What can go wrong: every way in which a few buyers can meet, run with real processes
    #[command(
        subcommand,
        after_help = "\
Examples:
  tickets race prove --users 3           without a lock
  tickets race prove --users 3 --lock    under it
  tickets race find oversold             the smallest that oversells
  tickets race locks                     every kind of lock
  tickets race check run.jsonl           a run that was recorded

Exits 6 when something goes wrong in what was run or judged, and 'race find' exits 3 when there is none."
    )]
    Race(super::lab::Race),

    /// Do locks, atomic replace and sync work here, and how fast
    #[command(after_help = "\
Examples:
  tickets doctor                  where the event is
  tickets doctor /mnt/share       somewhere else
  tickets doctor gig.json         where this event is, and by which names
  tickets --json doctor | jq .costs_us

Starts a second process and tries all that a sale relies on, in a directory of its own that it \
removes. The event is not touched. Exits 6 when something does not hold, 1 when it could not be tried.")]
    Doctor(Doctor),

    /// Completions for a shell, on stdout
    #[command(after_help = "\
Examples:
  tickets completions bash > ~/.local/share/bash-completion/completions/tickets
  tickets completions zsh > ~/.zfunc/_tickets
  tickets completions fish > ~/.config/fish/completions/tickets.fish

Exits 2 for a shell that it does not know.")]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },

    /// The manual: a page on stdout, or a page for each command in a directory
    #[command(after_help = "\
Examples:
  tickets man | man -l -
  tickets man ~/.local/share/man/man1

Exits 1 when a page cannot be written.")]
    Man {
        /// Where to write a page for each command
        directory: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Book {
    /// Who buys
    pub(crate) name: String,

    /// How many tickets
    #[arg(short = 'n', long, value_name = "Q", default_value_t = 1, allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: u64,

    /// The idempotency key: however often an order with it is given, it is sold once
    #[arg(short, long)]
    pub(crate) key: Option<String>,

    /// What the sale survives once it is answered
    #[arg(long, value_name = "WHAT", default_value = "disk")]
    pub(crate) durability: Durability,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Durability {
    /// A power cut too
    Disk,
    /// kill -9, but not a power cut; tickets.json may show it later
    Process,
}

impl From<Durability> for tickets::office::Durability {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::Disk => Self::Disk,
            Durability::Process => Self::Process,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The sale's id, as in 7-k3v9xq
    pub(crate) id: String,

    /// How many of its tickets [default: all that are not given back yet]
    #[arg(short = 'n', long, value_name = "Q", allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: Option<u64>,

    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Args)]
pub(crate) struct Adjust {
    /// By how much: +20 or -10
    #[arg(value_name = "+N|-N", allow_hyphen_values = true, value_parser = signed)]
    pub(crate) quantity: i64,

    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Args)]
pub(crate) struct Sales {
    /// Only those of this buyer
    #[arg(long, value_name = "WHO")]
    pub(crate) name: Option<String>,

    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One document
    Json,
    /// An object a line
    Jsonl,
    /// For spreadsheets
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Put right what can be proven
    #[arg(long)]
    pub(crate) repair: bool,

    /// Go on with what the ledger has, also where the count includes more; the count is kept beside
    #[arg(long, requires = "repair")]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

/// A whole number within bounds. What the standard library says of others is not for people.
pub(super) fn whole(text: &str, least: u64, most: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("write a whole number from {least} to {most}")),
    }
}

fn wanted(text: &str) -> Result<u64, String> {
    whole(text, 1, tickets::MAX_STOCK)
}

pub(super) fn stock(text: &str) -> Result<u64, String> {
    whole(text, 0, tickets::MAX_STOCK)
}

fn users(text: &str) -> Result<u32, String> {
    whole(text, 1, MAX_USERS.into()).map(|users| users as u32)
}

pub(super) fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0, u64::MAX)
}

fn signed(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("write +N to add tickets, -N to take some away".into());
    }
    match text.parse::<i64>() {
        Ok(0) => Err("that changes nothing".into()),
        Ok(number) if number.unsigned_abs() <= tickets::MAX_STOCK => Ok(number),
        _ => Err(format!("at most {} can be counted", tickets::MAX_STOCK)),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The directory to examine, or an event in it [default: the event's file]
    #[arg(value_name = "DIR|FILE")]
    pub(crate) place: Option<PathBuf>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct Buy {
    /// How many buyers
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = users)]
    pub(crate) users: u32,

    /// The lock each buyer takes [default: none; --lock alone means exclusive]
    #[arg(short, long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "exclusive")]
    pub(crate) lock: Option<Lock>,

    /// Threads of one process instead of processes
    #[arg(long)]
    pub(crate) threads: bool,

    /// How long each buyer thinks between reading and writing: 0ms, 1s, 50ms..150ms
    #[arg(long, value_name = "TIME", default_value_t)]
    pub(crate) think: Think,

    /// How many tickets each buyer wants
    #[arg(short = 'n', long, value_name = "Q", default_value_t = 1, allow_negative_numbers = true, value_parser = wanted)]
    pub(crate) quantity: u64,

    /// Decides every buyer's think time; shown after each rush
    #[arg(long, value_name = "S", value_parser = seed)]
    pub(crate) seed: Option<u64>,

    /// No buyer writes before every buyer has read; only without a lock
    #[arg(long)]
    pub(crate) together: bool,

    /// Even where tickets are booked: the buyers take from the same stock
    #[arg(long)]
    pub(crate) force: bool,

    /// Record what each buyer does, a line a step: 'tickets race check' judges it again
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) evidence: Option<PathBuf>,

    /// Draw the rush: a picture of what happened, what went wrong first
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) timeline: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) wait: Wait,

    /// Show every buyer's steps, however many there are
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// How long to wait for the lock
    #[arg(long = "wait", value_name = "TIME", default_value = "30s", value_parser = wait_time)]
    pub(crate) limit: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where to
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Where the backup is
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// Even where the event has what the backup lacks
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// The stock [default: what the event opened with, else 2]
    #[arg(value_name = "N", allow_negative_numbers = true, value_parser = stock)]
    pub(crate) stock: Option<u64>,

    /// Even while tickets are booked
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lock {
    /// No lock: a race
    None,
    /// An exclusive lock from the read to the write: correct
    Exclusive,
    /// A shared lock: all hold it at once
    Shared,
    /// A lock on the count itself, which is replaced: the wrong file
    DataFile,
    /// A lock around the write alone: the read is old by then
    WriteOnly,
    /// A mutex between threads (with --threads)
    Mutex,
}

impl From<Lock> for LockKind {
    fn from(lock: Lock) -> Self {
        match lock {
            Lock::None => Self::None,
            Lock::Exclusive => Self::Exclusive,
            Lock::Shared => Self::Shared,
            Lock::DataFile => Self::DataFile,
            Lock::WriteOnly => Self::WriteOnly,
            Lock::Mutex => Self::Mutex,
        }
    }
}

impl Command {
    /// The command's name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Buy(_) => "buy",
            Self::Book(_) => "book",
            Self::Cancel(_) => "cancel",
            Self::Adjust(_) => "adjust",
            Self::Sales(_) => "sales",
            Self::Audit(_) => "audit",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::Reset(_) => "reset",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
            Self::Doctor(_) => "doctor",
            Self::Race(race) => race.name(),
        }
    }
}

fn wait_time(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(24 * 3600);
    match humantime::parse_duration(text) {
        Ok(time) if time <= LONGEST => Ok(time),
        Ok(_) => Err("at most 24h is allowed".into()),
        Err(error) => Err(format!("{error}; write 0s, 500ms, 30s or 2m")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }
}
