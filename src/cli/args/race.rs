//! The grammar of `tickets race`, and what its help says.

use std::path::PathBuf;

use clap::Subcommand;

use super::compare::CompareArgs;
use super::lab::{FindArgs, LocksArgs, ProveArgs, ReplayArgs, SelfcheckArgs};
use super::tour::{self, TourArgs};
use super::value::picture;

/// How the buyers of a rush may meet: tried out, step by step
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum RaceCommand {
    /// Run every schedule of a few buyers, and show the smallest that goes wrong
    #[command(after_help = "\
Examples:
  tickets race prove --users 3              without a lock: what goes wrong
  tickets race prove --users 3 --lock       under the lock: nothing
  tickets race prove --users 3 --lock=data-file
  tickets race prove --users 4 --stock 4    enough for all: every lost update
  tickets race prove --users 2 --lock --writes in-place --query
  tickets race prove --users 2 --lock --crashes         killed anywhere, too
  tickets race prove --users 3 --timeline race.svg      a picture
  tickets race prove --users 3 --timeline race.html     a page of its steps
  tickets race prove --users 12 --samples 1000 --seed 7
  tickets race prove --users 3 --scenario confirm-expire

Each buyer is a process, and buys on a scratch event in memory; one step is made at a time. Only \
schedules that differ in the order of steps that touch the same thing are run. With --samples, for more \
buyers than can be run in every way, schedules are drawn at random: that proves nothing, but finds much.

Under the lock 5 buyers can meet in 1,069 ways, 6 in 11,464, 7 in 146,599 and 8 in 2,173,624, of which some hundreds are \
run in a second: seconds, a minute, a quarter of an hour, hours. Ctrl-C ends it, and tells what was found until then.

Below a race stand its odds: how likely a bad end was after each step, and the point of no return, after \
which it was certain.

With --scenario the processes run commands that can race, such as confirm and book: 'tickets race scenarios' says \
which. What is decided outside the lock is found out, and what a clock says is tried both ways.

Exits 6 when one of them goes wrong.")]
    Prove(ProveArgs),

    /// The commands that can race on one event, and what must hold
    #[command(after_help = "\
Examples:
  tickets race scenarios
  tickets race prove --scenario confirm-expire
  tickets race prove --scenario confirm-expire --users 3
  tickets --json race scenarios | jq -r '.scenarios[].name'

Two processes are the pair, a third is one more of either side. Each runs its command as it is run on a real \
event; one call on the event's files is made at a time. Exits 0: they are listed, and not run.")]
    Scenarios,

    /// Is there a schedule that a condition holds for: the smallest
    #[command(after_help = FIND)]
    Find(FindArgs),

    /// The scoreboard: no lock and four on files, with each way of writing
    #[command(after_help = "\
Examples:
  tickets race locks
  tickets race locks --users 2..3
  tickets --json race locks | jq '.rows[] | select(.bad > 0)'

The first number is how many schedules go wrong, the second how many there are. Exits 0 whatever it \
finds: most of these locks are mistakes.")]
    Locks(LocksArgs),

    /// Run one schedule again, and show it step by step
    #[command(after_help = "\
Examples:
  tickets race replay '1 2 2 1'              who makes each step, from 1
  tickets race replay '3!:4'                 class 4 of the 3! of three buyers
  tickets race replay '1 2 2 1' --lock       under the lock it cannot happen
  tickets race replay '2 2 2t 1 1' --scenario confirm-expire

The steps of a buyer, who stops when it has read that none is left:
  no lock             read, write
  exclusive           lock, read, write, give the lock up, publish the count
  shared, data-file   lock, read, write, which gives the lock up
  write-only          read, lock, write, which gives the lock up
With --writes in-place it cuts the count, then fills it, in place of the write and what follows; the sale goes on the ledger \
with the cut, and the read is of the file alone. With --query a look comes first. To find a lock taken is a step too. Where the \
count is replaced, the read under the exclusive lock goes by the ledger, so that it does not matter whether another has \
published the count by then.

A schedule says who makes each step, from buyer 1 on; 2x is that buyer 2 is killed before its step, 2t that its clock \
is past the time that it asks for. A schedule that ends early is completed, and that is told: of those who can go on \
always the one with the lowest number. A class \
'3!:4' is one of the 3! = 6 ways, from 0 to 5, in which three buyers without a lock, who write one after the other, can each have \
read the stock or what one before it wrote. In JSON 'schedule' is the class where there is one, 'grants' the \
steps, and 'replay' the command that shows them again.

Exits 6 when something goes wrong, 4 when the schedule cannot be followed.")]
    Replay(ReplayArgs),

    /// One order of turns under two locks, side by side
    #[command(after_help = COMPARE)]
    Compare(CompareArgs),

    /// A walk, step by step: why a lock is needed, and which are none; for a class, in 15 minutes
    #[command(after_help = tour::HELP)]
    Tour(TourArgs),

    /// Judge a recorded run, of this or of any other program
    #[command(after_help = "\
Examples:
  tickets buy --users 8 --lock=shared --evidence run.jsonl     record a run
  tickets race check run.jsonl
  tickets race check run.jsonl --timeline run.svg
  tickets --json race check run.jsonl | jq '.findings[].text'
  zcat run.jsonl.gz | tickets race check -

A line for each anomaly: who did what, when; a bad run of a few buyers is drawn. docs/evidence.md \
describes the file, so that any program's run can be judged.

Exits 6 when something was found, or when the file is damaged or has nothing to judge; 1 when it cannot be read, or is a \
pipe that nobody writes. With --json a run that was judged has 'verdict' (clean, clean_as_far_as_it_goes, anomalies), and a \
file that was not has 'error'; for people findings are on stdout, and an error is on stderr.")]
    Check {
        /// The evidence, a JSON object a line; - is standard input
        #[arg(value_name = "EVIDENCE.jsonl")]
        evidence: PathBuf,

        /// Also draw it, what went wrong first: a picture, or a page that steps through it
        #[arg(long, value_name = "FILE.svg|FILE.html", value_parser = picture())]
        timeline: Option<PathBuf>,
    },

    /// Can the lab see: known-broken ways of selling must be found out
    #[command(after_help = "\
Examples:
  tickets race selfcheck

Exits 6 when an anomaly that a way of selling is known for was not found, when one was found where there \
is none, or when a step was never stopped at.")]
    Selfcheck(SelfcheckArgs),
}

impl RaceCommand {
    /// The command's name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Prove(_) => "race prove",
            Self::Scenarios => "race scenarios",
            Self::Find(_) => "race find",
            Self::Locks(_) => "race locks",
            Self::Replay(_) => "race replay",
            Self::Compare(_) => "race compare",
            Self::Tour(_) => "race tour",
            Self::Check { .. } => "race check",
            Self::Selfcheck(_) => "race selfcheck",
        }
    }
}

const FIND: &str = "\
Examples:
  tickets race find oversold                      the smallest that oversells
  tickets race find 'oversold && switches <= 2'
  tickets race find 'lost_updates >= 2 && !oversold'
  tickets race find oversold --lock=data-file     is there one at all
  tickets race find oversold --lock               there is none: exits 3
  tickets race find 'sold == 0 && left == 1' --lock --crashes --users 2
  tickets race find torn_reads --lock --writes in-place --query

A condition compares numbers (== != < <= > >=) and joins what it compares by && and ||, ! and \
parentheses. A number alone holds if it is not 0. The numbers of a run:
  oversold      tickets sold that did not exist
  lost_updates  of the sales that wrote one version all but one, for every
                version that several wrote
  torn_reads    buyers that read a count that made no sense
  torn_writes   1 if the ledger has bytes that are no line
  conservation  1 if what was sold and what is left do not add up to the stock,
                but for a count that a kill left behind the ledger: the next
                sale brings it up
  deadlock      buyers that wait for one another without end
  bad           1 if anything was found
  sold          tickets sold, by the ledger
  left          tickets left, by tickets.json, which after a kill may not yet
                show the last sale; no number if it cannot be read
  refused       buyers that found none left
  failed        buyers that failed
  crashes       buyers that were killed
  buyers, stock of the run
  switches      how often another buyer goes on than the one before

Each number of buyers up to --users is tried with one ticket, then each with two, and so on up to as many tickets as \
--users, unless --stock says how many. The smallest schedule is that of the fewest tickets, then of the fewest buyers, then of the \
fewest switches, then the first in order.

Exits 0 when there is one, 3 when there is none.";

const COMPARE: &str = "\
Examples:
  tickets race compare                        without the lock, and with it
  tickets race compare --lock none,shared     two kinds of lock
  tickets race compare '8!:0' --stock 2       a schedule that you name
  tickets race compare --users 3 --lock data-file,exclusive
  tickets race compare --lock shared,exclusive --query

A schedule that goes wrong under the first lock is run, and then the same order of turns under the second: at each turn its \
buyer makes its next step, whatever that is there, and passes where it waits for the lock or is done. Behind the last turn \
the rest is completed: of those who can go on always the one with the lowest number. One sentence says what differed, and \
where.

That the second goes well in this order proves nothing of others: 'tickets race prove' runs them all.

Exits 0 when it goes well under the second, 6 when it goes wrong there too, 3 when nothing goes wrong under the first, so \
that there is nothing to compare; 4 when the schedule cannot be followed under the first.";
