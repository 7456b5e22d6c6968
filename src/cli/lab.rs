//! `tickets race`: what can happen, tried out with real processes.

use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::args::Lock;
use super::screen::{BAD, FAINT, GOOD, Screen};
use super::signals::Stop;
use tickets::office::Writes;
use tickets::race::explore::{self, Explored, Search, class, smallest};
use tickets::race::schedule::{MAX_BUYERS, Schedule};
use tickets::race::selfcheck::{Checked, selfcheck};
use tickets::race::verdict::{Anomaly, Finding};
use tickets::race::{End, Point, Run, Trial, draw};
use tickets::{Error, Kind, LockKind, Result};

/// How the buyers of a rush may meet: tried out, step by step
#[derive(Debug, Subcommand)]
pub(crate) enum Race {
    /// Run every schedule of a few buyers, and show the smallest that goes wrong
    #[command(after_help = "\
Examples:
  tickets race prove --users 3                without a lock: what goes wrong
  tickets race prove --users 3 --lock         under the lock: nothing, whoever goes first
  tickets race prove --users 3 --lock=data-file
  tickets race prove --users 4 --stock 4      enough for all: every lost update
  tickets race prove --users 2 --lock --writes in-place --query      the chapter's program
  tickets race prove --users 2 --lock --crashes       killed anywhere, too
  tickets race prove --users 3 --timeline race.svg    a picture of the smallest

Each buyer is a process, and buys on a scratch event in memory; one step is made at a time. Only
schedules that differ in the order of steps that touch the same thing are run. Exits 6 when one of them
goes wrong.")]
    Prove(Prove),

    /// The scoreboard: every kind of lock and way of writing
    #[command(after_help = "\
Examples:
  tickets race locks
  tickets race locks --users 2..3
  tickets --json race locks | jq '.rows[] | select(.bad > 0)'")]
    Locks(Locks),

    /// Run one schedule again, and show it step by step
    #[command(after_help = "\
Examples:
  tickets race replay '0 1 1 0'              who makes each step, from 0
  tickets race replay 3!:4                   class 4 of the 3! of three buyers without a lock
  tickets race replay '0 1 1 0' --lock       diverges: under the lock it cannot happen

Exits 6 when something goes wrong, 4 when the schedule cannot be followed.")]
    Replay(Replay),

    /// Judge a recorded run, of this or of any other program
    #[command(after_help = "\
Examples:
  tickets buy --users 8 --lock=shared --evidence run.jsonl      record a run
  tickets race check run.jsonl
  tickets race check run.jsonl --timeline run.svg
  tickets --json race check run.jsonl | jq '.findings[].text'

A line for each anomaly: who did what, when; a bad run of a few buyers is drawn. docs/evidence.md describes the file, so that any program's
run can be judged. Exits 6 when something was found, or when the file has nothing to judge.")]
    Check {
        /// The evidence, a JSON object a line
        #[arg(value_name = "EVIDENCE.jsonl")]
        evidence: PathBuf,

        /// Also draw it: a picture of what happened, what went wrong first
        #[arg(long, value_name = "FILE.svg")]
        timeline: Option<PathBuf>,
    },

    /// Can the lab see: known-broken ways of selling must be found out
    #[command(after_help = "\
Example:
  tickets race selfcheck

Exits 6 when an anomaly that a way of selling is known for was not found, when one was found where there is
none, or when a step was never stopped at.")]
    Selfcheck(Selfcheck),
}

impl Race {
    /// The command's name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Prove(_) => "race prove",
            Self::Locks(_) => "race locks",
            Self::Replay(_) => "race replay",
            Self::Check { .. } => "race check",
            Self::Selfcheck(_) => "race selfcheck",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// How many buyers
    #[arg(short, long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=MAX_BUYERS as i64))]
    users: u8,

    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Who makes each step, as in '0 1 1 0', or a class, as in 3!:4
    schedule: String,

    /// How many buyers [default: as many as the schedule names]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=MAX_BUYERS as i64))]
    users: Option<u8>,

    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
pub(crate) struct Locks {
    /// How many buyers, from the fewest to the most
    #[arg(short, long, value_name = "N..M", default_value = "2..3", value_parser = range)]
    users: (u8, u8),

    /// How many tickets there are [default: one fewer than buyers]
    #[arg(long, value_name = "N")]
    stock: Option<u64>,

    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    place: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Selfcheck {
    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    place: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct How {
    /// How many tickets there are [default: 1; prove goes on to one for each buyer until something is bad]
    #[arg(long, value_name = "N")]
    stock: Option<u64>,

    /// The lock each buyer takes [default: none; --lock alone means exclusive]
    #[arg(short, long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "exclusive")]
    lock: Option<Lock>,

    /// How the count is written
    #[arg(long, value_name = "HOW", default_value = "replace")]
    writes: WritesArgument,

    /// Each buyer looks at the count first, outside its lock
    #[arg(long)]
    query: bool,

    /// Also draw it: a picture of what goes wrong
    #[arg(long, value_name = "FILE.svg")]
    timeline: Option<PathBuf>,

    /// Any buyer may also be killed before any of its steps
    #[arg(long)]
    crashes: bool,

    /// Where the scratch event is put [default: in memory]
    #[arg(long, value_name = "DIR")]
    place: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WritesArgument {
    /// By another file in one step
    Replace,
    /// Cut to nothing and written over
    InPlace,
}

fn range(text: &str) -> std::result::Result<(u8, u8), String> {
    let bounds = text.split_once("..").unwrap_or((text, text));
    let most = MAX_BUYERS as u8;
    match (bounds.0.parse(), bounds.1.parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to && to <= most => Ok((from, to)),
        _ => Err(format!("numbers from 1 to {most}, as in 2..4")),
    }
}

/// Runs it; returns the exit code.
pub(crate) fn run(race: &Race, screen: &Screen) -> Result<u8> {
    match race {
        Race::Prove(arguments) => prove(arguments, screen),
        Race::Locks(arguments) => locks(arguments, screen),
        Race::Replay(arguments) => replay(arguments, screen),
        Race::Check { evidence, timeline } => {
            super::race::check(evidence, timeline.as_deref(), screen)
        }
        Race::Selfcheck(arguments) => check_itself(arguments, screen),
    }
}

impl How {
    fn trial(&self, users: u8) -> Result<Trial> {
        let lock = self.lock.map_or(LockKind::None, LockKind::from);
        if lock == LockKind::Mutex {
            let message =
                "a mutex is nothing between processes, and the lab's buyers are processes";
            return Err(Error::new(Kind::Usage, message)
                .hint("'tickets buy --users 8 --threads --lock=mutex' shows it"));
        }
        Ok(Trial {
            users: users.into(),
            stock: self.stock.unwrap_or(1),
            lock,
            writes: match self.writes {
                WritesArgument::Replace => Writes::Replace,
                WritesArgument::InPlace => Writes::InPlace,
            },
            query: self.query,
            crashes: self.crashes,
            place: self.place.clone(),
            program: program()?,
        })
    }
}

fn program() -> Result<PathBuf> {
    std::env::current_exe()
        .map_err(|e| Error::new(Kind::Io, format!("cannot find this program: {e}")))
}

/// Shows how far a search is, and stops it when the process is asked to end.
struct Progress<'s> {
    stop: Stop,
    shown: bool,
    last: Instant,
    screen: &'s Screen,
}

impl<'s> Progress<'s> {
    fn new(screen: &'s Screen) -> Result<Self> {
        let stop = Stop::on_signals();
        Ok(Self {
            stop: stop.map_err(|e| Error::new(Kind::Io, format!("cannot catch signals: {e}")))?,
            shown: io::stderr().is_terminal() && !screen.quiet && !screen.json,
            last: Instant::now(),
            screen,
        })
    }

    fn tell(&mut self, schedules: u64) -> bool {
        if self.stop.was_told() {
            return false;
        }
        if self.shown && self.last.elapsed().as_millis() > 200 {
            self.last = Instant::now();
            let mut err = anstream::stderr().lock();
            let _ = write!(err, "\r{FAINT}{schedules} schedules{FAINT:#}");
        }
        true
    }

    /// The result, or the exit code of a process that was asked to end.
    fn done<T>(&self, result: Result<T>) -> Result<std::result::Result<T, u8>> {
        if self.shown {
            let _ = write!(anstream::stderr().lock(), "\r\x1b[K");
        }
        match result {
            Err(error) if error.kind() == Kind::Interrupted => {
                self.screen.error("race", &error, None);
                Ok(Err(self.stop.exit_code()))
            }
            result => result.map(Ok),
        }
    }
}

fn prove(arguments: &Prove, screen: &Screen) -> Result<u8> {
    let trial = arguments.how.trial(arguments.users)?;
    let mut progress = Progress::new(screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let proof = Proof::of(trial, arguments.how.stock, &mut told);
    let proof = match progress.done(proof)? {
        Ok(proof) => proof,
        Err(code) => return Ok(code),
    };
    let (trial, found) = (&proof.trial, &proof.found);
    if let Some(run) = &proof.smallest {
        picture(arguments.how.timeline.as_ref(), trial, run)?;
    }
    let document = ProveDocument {
        ok: found.bad == 0,
        command: "race prove",
        users: trial.users,
        stock: trial.stock,
        lock: trial.lock.name(),
        writes: writes(trial),
        query: trial.query,
        schedules: found.schedules,
        classes: found.classes,
        outcomes: found.outcomes.len(),
        bad: found.bad,
        oversold: found.oversold,
        smallest: proof.smallest.as_ref().map(|run| Shown::of(trial, run)),
    };
    screen.result(&document, |out| {
        proved(out, &proof)?;
        let Some(run) = &proof.smallest else {
            return Ok(());
        };
        let users = users(run);
        let trial = Trial {
            users,
            ..trial.clone()
        };
        writeln!(out, "\nthe smallest of them: {}\n", named(&trial, run))?;
        drawn(out, run)?;
        found_in(out, &run.verdict.findings)?;
        advice(out, &trial, run, arguments.users)
    });
    Ok(match found.bad {
        0 => 0,
        _ => Kind::Integrity.exit_code(),
    })
}

/// What was proved: with the stock that was asked for, or with each from one ticket to one for each buyer, up
/// to the first with which something goes wrong.
struct Proof {
    /// With the last stock that was tried.
    trial: Trial,
    /// The first stock that was tried.
    from: u64,
    found: Explored,
    smallest: Option<Run>,
}

impl Proof {
    fn of(trial: Trial, stock: Option<u64>, told: &mut dyn FnMut(u64) -> bool) -> Result<Self> {
        let stocks = match stock {
            Some(stock) => stock..=stock,
            None => 1..=trial.users as u64,
        };
        let mut proof = Self {
            trial,
            from: *stocks.start(),
            found: Explored::default(),
            smallest: None,
        };
        let mut safe = 0;
        for stock in stocks {
            proof.trial.stock = stock;
            proof.found = explore::explore(&proof.trial, Search::Reduced, told)?;
            if proof.found.bad > 0 {
                proof.from = stock;
                proof.smallest = smallest(&proof.trial, told)?;
                return Ok(proof);
            }
            safe += proof.found.schedules;
        }
        proof.found.schedules = safe;
        Ok(proof)
    }
}

/// Draws a run into a file, where one is wanted.
fn picture(path: Option<&PathBuf>, trial: &Trial, run: &Run) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let svg = draw(trial, run).to_svg();
    fs::write(path, svg)
        .map_err(|e| Error::new(Kind::Io, format!("cannot write {}: {e}", path.display())))
}

/// The number of buyers of a run.
fn users(run: &Run) -> usize {
    run.ends.len()
}

fn writes(trial: &Trial) -> &'static str {
    match trial.writes {
        Writes::Replace => "replace",
        Writes::InPlace => "in-place",
    }
}

fn proved(out: &mut dyn Write, proof: &Proof) -> io::Result<()> {
    let Proof { trial, found, .. } = proof;
    let lock = match trial.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let count = match trial.writes {
        Writes::Replace => "the count is replaced in one step",
        Writes::InPlace => "the count is written in place",
    };
    let query = if trial.query {
        ", query outside the lock"
    } else {
        ""
    };
    let crashes = if trial.crashes {
        ", any may be killed"
    } else {
        ""
    };
    let tickets = match (proof.from, trial.stock) {
        (1, 1) => "1 ticket".to_owned(),
        (from, to) if from == to => format!("{to} tickets"),
        (from, to) => format!("{from} to {to} tickets"),
    };
    let users = trial.users;
    writeln!(
        out,
        "{users} buyers, {tickets}, {lock}, {count}{query}{crashes}\n"
    )?;
    let Explored { schedules, bad, .. } = found;
    if *bad == 0 {
        return writeln!(
            out,
            "{GOOD}safe{GOOD:#}  {schedules} of {schedules} schedules are right: whoever goes first, nobody \
             is overwritten"
        );
    }
    let oversold = match found.oversold {
        0 => String::new(),
        n => format!(", {n} oversell"),
    };
    writeln!(
        out,
        "{BAD}race{BAD:#}  {bad} of {schedules} schedules are bad{oversold}; {} different outcomes",
        found.outcomes.len()
    )
}

fn named(trial: &Trial, run: &Run) -> String {
    let grants = run.grants();
    let switches = grants.switches();
    let class = class(trial, run).map_or_else(String::new, |class| format!(" ({class})"));
    let times = if switches == 1 { "switch" } else { "switches" };
    format!(
        "{} buyers, {switches} {times}: {grants}{class}",
        trial.users
    )
}

/// A column a buyer, a line a step.
fn drawn(out: &mut dyn Write, run: &Run) -> io::Result<()> {
    let buyers = users(run);
    let width = (72 / buyers.max(1)).clamp(8, 26);
    let heads: Vec<_> = (1..=buyers)
        .map(|buyer| format!("{:<width$}", format!("user-{buyer}")))
        .collect();
    let heads = format!("  step  {}", heads.join("  "));
    writeln!(out, "{FAINT}{}{FAINT:#}", heads.trim_end())?;
    for (at, step) in run.moves.iter().enumerate() {
        if step.killed {
            let indent = (width + 2) * step.buyer;
            writeln!(out, "  {:>4}  {:indent$}{BAD}killed{BAD:#}", at + 1, "")?;
            continue;
        }
        let last = !run
            .moves
            .iter()
            .skip(at + 1)
            .any(|later| later.buyer == step.buyer);
        let mut text = match (step.point, step.seen) {
            (Point::Lock, _) if step.busy => "finds the lock taken".to_owned(),
            (Point::Lock, _) => "takes the lock".to_owned(),
            (Point::Read, Some(seen)) => format!("reads: {} left", seen.left),
            (point, _) => match point {
                Point::Query => "queries",
                Point::Read => "reads",
                Point::Write if is_in_place(run) => "cuts the count to nothing",
                Point::Write => "writes its sale",
                Point::Fill => "fills the count",
                Point::Unlock => "gives the lock up",
                Point::Publish => "publishes the count",
                Point::Lock => "",
            }
            .to_owned(),
        };
        let end = run.ends.get(step.buyer).and_then(Option::as_ref);
        match end.filter(|_| last) {
            Some(End::SoldOut) => text.push_str(": none left"),
            Some(End::Torn { .. }) => "reads an empty file".clone_into(&mut text),
            Some(End::Failed { .. }) => text.push_str(", fails"),
            Some(End::Sold { .. }) | None => {}
        }
        let indent = (width + 2) * step.buyer;
        writeln!(out, "  {:>4}  {:indent$}{text}", at + 1, "")?;
    }
    writeln!(out)
}

fn is_in_place(run: &Run) -> bool {
    run.moves.iter().any(|step| step.point == Point::Fill)
}

fn found_in(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    for finding in findings {
        let kind = finding.kind.name();
        for (at, line) in super::buy::wrapped(&finding.text).iter().enumerate() {
            if at == 0 {
                writeln!(out, "{BAD}{kind}{BAD:#}  {line}")?;
            } else {
                writeln!(out, "      {line}")?;
            }
        }
    }
    Ok(())
}

fn advice(out: &mut dyn Write, trial: &Trial, run: &Run, all: u8) -> io::Result<()> {
    let mut flags = flags(trial);
    writeln!(
        out,
        "\n{FAINT}again{FAINT:#}  tickets race replay '{}'{flags}",
        run.grants()
    )?;
    if trial.lock != LockKind::Exclusive || trial.writes != Writes::Replace {
        flags = if trial.stock == 1 {
            String::new()
        } else {
            format!(" --stock {}", trial.stock)
        };
        writeln!(
            out,
            "{FAINT}cure{FAINT:#}   tickets race prove --users {all} --lock{flags}"
        )?;
    }
    Ok(())
}

fn flags(trial: &Trial) -> String {
    let stock = (trial.stock != 1).then(|| format!(" --stock {}", trial.stock));
    let lock = (trial.lock != LockKind::None).then(|| format!(" --lock={}", trial.lock.name()));
    let writes = (trial.writes == Writes::InPlace).then(|| " --writes in-place".to_owned());
    let query = trial.query.then(|| " --query".to_owned());
    [stock, lock, writes, query].into_iter().flatten().collect()
}

fn replay(arguments: &Replay, screen: &Screen) -> Result<u8> {
    let schedule: Schedule = arguments.schedule.parse()?;
    let (grants, named_users) = match &schedule {
        Schedule::Grants(grants) => {
            let buyers = grants.0.iter().map(|grant| grant.buyer() + 1);
            let most = buyers.max().unwrap_or(0);
            (grants.clone(), most)
        }
        Schedule::Class(class) => (class.grants(), class.buyers()),
    };
    let users = arguments
        .users
        .map_or(named_users, usize::from)
        .max(named_users);
    let mut trial = Trial {
        users,
        ..arguments.how.trial(users as u8)?
    };
    // In a class all sell.
    if let (Schedule::Class(_), None) = (&schedule, arguments.how.stock) {
        trial.stock = users as u64;
    }
    let run = explore::replay(&trial, &grants)?;
    let bad = run.is_bad();
    picture(arguments.how.timeline.as_ref(), &trial, &run)?;
    let document = ReplayDocument {
        ok: !bad,
        command: "race replay",
        version: env!("CARGO_PKG_VERSION"),
        run: Shown::of(&trial, &run),
    };
    screen.result(&document, |out| {
        writeln!(
            out,
            "tickets {}, {}\n",
            env!("CARGO_PKG_VERSION"),
            named(&trial, &run)
        )?;
        drawn(out, &run)?;
        if !bad {
            writeln!(
                out,
                "{GOOD}safe{GOOD:#}  every sale read what the sale before it wrote"
            )?;
        }
        found_in(out, &run.verdict.findings)
    });
    Ok(if bad { Kind::Integrity.exit_code() } else { 0 })
}

fn check_itself(arguments: &Selfcheck, screen: &Screen) -> Result<u8> {
    let mut progress = Progress::new(screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let checked = selfcheck(&program()?, arguments.place.as_ref(), &mut told);
    let checked = match progress.done(checked)? {
        Ok(checked) => checked,
        Err(code) => return Ok(code),
    };
    let right = checked.iter().all(Checked::is_right);
    let document = SelfcheckDocument {
        ok: right,
        command: "race selfcheck",
        rows: checked.iter().map(SelfcheckRow::of).collect(),
    };
    screen.result(&document, |out| {
        for checked in &checked {
            told_of(out, checked)?;
        }
        Ok(())
    });
    Ok(if right {
        0
    } else {
        Kind::Integrity.exit_code()
    })
}

fn told_of(out: &mut dyn Write, checked: &Checked) -> io::Result<()> {
    let trial = &checked.trial;
    let names = |kinds: &[Anomaly]| {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        names.join(", ")
    };
    let (label, style) = if checked.is_right() {
        ("right", GOOD)
    } else {
        ("blind", BAD)
    };
    let found = match &checked.found[..] {
        [] => "nothing, as it should be".to_owned(),
        found => names(found),
    };
    let query = if trial.query { " query" } else { "" };
    write!(
        out,
        "{style}{label}{style:#}  {:<10} {:<14} {} buyers {:>4} schedules  {found}",
        trial.lock.name(),
        format!("{}{query}", writes(trial)),
        trial.users,
        checked.schedules,
    )?;
    for (what, kinds) in [
        ("not found", &checked.missed),
        ("invented", &checked.invented),
    ] {
        if !kinds.is_empty() {
            write!(out, "; {what}: {}", names(kinds))?;
        }
    }
    let unseen: Vec<_> = checked.unseen.iter().map(|point| point.name()).collect();
    if !unseen.is_empty() {
        write!(out, "; never stopped at: {}", unseen.join(", "))?;
    }
    writeln!(out)
}

fn locks(arguments: &Locks, screen: &Screen) -> Result<u8> {
    let mut progress = Progress::new(screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let rows = scoreboard(arguments, &mut told);
    let rows = match progress.done(rows)? {
        Ok(rows) => rows,
        Err(code) => return Ok(code),
    };
    let document = LocksDocument {
        ok: true,
        command: "race locks",
        rows,
    };
    screen.result(&document, |out| table(out, arguments, &document.rows));
    Ok(0)
}

fn scoreboard(arguments: &Locks, told: &mut dyn FnMut(u64) -> bool) -> Result<Vec<LocksRow>> {
    let mut rows = Vec::new();
    let kinds = LockKind::ALL
        .into_iter()
        .filter(|kind| *kind != LockKind::Mutex);
    let mut ways: Vec<_> = kinds
        .flat_map(|lock| [Writes::Replace, Writes::InPlace].map(|writes| (lock, writes, false)))
        .collect();
    // The chapter's own repaired program.
    ways.push((LockKind::Exclusive, Writes::InPlace, true));
    for (lock, writes_as, query) in ways {
        for users in arguments.users.0..=arguments.users.1 {
            let trial = Trial {
                users: users.into(),
                stock: arguments.stock.unwrap_or(u64::from(users.max(2)) - 1),
                lock,
                writes: writes_as,
                query,
                crashes: false,
                place: arguments.place.clone(),
                program: program()?,
            };
            let found = explore::explore(&trial, Search::Reduced, told)?;
            let first = match found.bad {
                0 => None,
                _ => smallest(&trial, told)?,
            };
            rows.push(LocksRow {
                stock: trial.stock,
                lock: lock.name(),
                writes: writes(&trial),
                query,
                users: trial.users,
                bad: found.bad,
                schedules: found.schedules,
                oversold: found.oversold,
                smallest: first.as_ref().map(|run| Shown::of(&trial, run)),
            });
        }
    }
    Ok(rows)
}

fn table(out: &mut dyn Write, arguments: &Locks, rows: &[LocksRow]) -> io::Result<()> {
    let (from, to) = arguments.users;
    let stock = match arguments.stock {
        Some(stock) => format!("{stock} in stock"),
        None => "one ticket fewer than buyers".to_owned(),
    };
    writeln!(out, "bad schedules of all, {stock}\n")?;
    write!(out, "{FAINT}{:<11} {:<9}", "lock", "writes")?;
    for users in from..=to {
        write!(out, " {:>14}", format!("{users} buyers"))?;
    }
    writeln!(out, "  smallest race{FAINT:#}")?;
    for row in rows.chunks(usize::from(to - from) + 1) {
        let Some(first) = row.first() else { continue };
        write!(out, "{:<11} {:<9}", first.lock, first.writes)?;
        for cell in row {
            let text = format!("{:>14}", format!("{} of {}", cell.bad, cell.schedules));
            let style = if cell.bad == 0 { GOOD } else { BAD };
            write!(out, " {style}{text}{style:#}")?;
        }
        let smallest = row.iter().find_map(|cell| cell.smallest.as_ref());
        let query = if first.query {
            "  (query outside the lock: the chapter's program)"
        } else {
            ""
        };
        writeln!(
            out,
            "  {}{query}",
            smallest.map_or("none", |shown| &shown.grants)
        )?;
    }
    writeln!(
        out,
        "\n{FAINT}hint{FAINT:#}  'tickets race replay' shows each of them, with the same --lock and --writes"
    )
}

#[derive(Serialize)]
struct ProveDocument {
    ok: bool,
    command: &'static str,
    users: usize,
    stock: u64,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    schedules: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<u64>,
    outcomes: usize,
    bad: u64,
    oversold: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<Shown>,
}

#[derive(Serialize)]
struct ReplayDocument {
    ok: bool,
    command: &'static str,
    version: &'static str,
    #[serde(flatten)]
    run: Shown,
}

#[derive(Serialize)]
struct LocksDocument {
    ok: bool,
    command: &'static str,
    rows: Vec<LocksRow>,
}

#[derive(Serialize)]
struct LocksRow {
    stock: u64,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    users: usize,
    bad: u64,
    schedules: u64,
    oversold: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<Shown>,
}

#[derive(Serialize)]
struct SelfcheckDocument {
    ok: bool,
    command: &'static str,
    rows: Vec<SelfcheckRow>,
}

#[derive(Serialize)]
struct SelfcheckRow {
    ok: bool,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    users: usize,
    stock: u64,
    schedules: u64,
    found: Vec<Anomaly>,
    missed: Vec<Anomaly>,
    invented: Vec<Anomaly>,
    unseen: Vec<&'static str>,
}

impl SelfcheckRow {
    fn of(checked: &Checked) -> Self {
        let trial = &checked.trial;
        Self {
            ok: checked.is_right(),
            lock: trial.lock.name(),
            writes: writes(trial),
            query: trial.query,
            users: trial.users,
            stock: trial.stock,
            schedules: checked.schedules,
            found: checked.found.clone(),
            missed: checked.missed.clone(),
            invented: checked.invented.clone(),
            unseen: checked.unseen.iter().map(|point| point.name()).collect(),
        }
    }
}

/// A run: its name, its steps and what was found.
#[derive(Serialize)]
struct Shown {
    schedule: String,
    grants: String,
    users: usize,
    switches: usize,
    steps: Vec<StepShown>,
    sold: u64,
    left: Option<u64>,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct StepShown {
    buyer: String,
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    busy: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    killed: bool,
}

impl Shown {
    fn of(trial: &Trial, run: &Run) -> Self {
        let users = users(run);
        let trial = Trial {
            users,
            ..trial.clone()
        };
        let grants = run.grants();
        let class = class(&trial, run);
        Self {
            schedule: class.map_or_else(|| grants.to_string(), |class| class.to_string()),
            users,
            switches: grants.switches(),
            grants: grants.to_string(),
            steps: run
                .moves
                .iter()
                .map(|step| StepShown {
                    buyer: format!("user-{}", step.buyer + 1),
                    step: step.point.name(),
                    left: step.seen.map(|seen| seen.left),
                    version: step.seen.map(|seen| seen.seq),
                    busy: step.busy,
                    killed: step.killed,
                })
                .collect(),
            sold: run.verdict.sold,
            left: run.verdict.left,
            findings: run.verdict.findings.clone(),
        }
    }
}
