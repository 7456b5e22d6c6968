//! A run, for people: its name, its steps, what was found, how likely that was.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use super::super::screen::{BAD, FAINT};
use super::document::Shown;
use tickets::office::Writes;
use tickets::race::odds::{self, odds};
use tickets::race::schedule::Class;
use tickets::race::timeline::Doing;
use tickets::race::verdict::Finding;
use tickets::race::{End, Move, Point, Run, Trial, draw};
use tickets::{Error, Kind, LockKind, Result};

/// How wide a terminal is taken to be.
const COLUMNS: usize = 80;

/// What stands before a name: "the smallest of those drawn: ".
const SMALLEST: usize = 29;

/// Where the columns of the buyers begin.
const LEFT: usize = 8;

/// A run with all that is shown of it.
pub(super) struct Pictured {
    /// With the buyers that it has.
    pub(super) trial: Trial,
    pub(super) run: Run,
    /// The chance of a bad end, where all ways to go on are known.
    pub(super) odds: Option<Vec<f64>>,
}

impl Pictured {
    /// Looks for the odds, where that does not take long.
    pub(super) fn of(trial: &Trial, run: Run, told: &mut dyn FnMut(u64) -> bool) -> Result<Self> {
        let trial = trial.with_users(run.ends.len());
        let odds = odds(&trial, &run, told)?;
        Ok(Self { trial, run, odds })
    }

    /// Draws it into a file, where one is wanted.
    pub(super) fn save(&self, path: Option<&PathBuf>) -> Result<()> {
        let Some(path) = path else { return Ok(()) };
        let svg = draw(&self.trial, &self.run, self.odds.as_deref()).to_svg();
        fs::write(path, svg)
            .map_err(|e| Error::new(Kind::Io, format!("cannot write {}: {e}", path.display())))
    }

    /// The same for programs.
    pub(super) fn shown(&self) -> Shown {
        Shown::of(&self.trial, &self.run, self.odds.as_deref())
    }

    /// How many buyers and switches, its grants if they fit beside a few words, and its class if it has one.
    pub(super) fn name(&self) -> String {
        let grants = self.run.grants();
        let switches = match grants.switches() {
            1 => "1 switch".to_owned(),
            n => format!("{n} switches"),
        };
        let buyers = match self.trial.users {
            1 => "1 buyer".to_owned(),
            n => format!("{n} buyers"),
        };
        let class = Class::of_run(&self.trial, &self.run);
        let class = class.map_or_else(String::new, |class| format!(" ({class})"));
        let name = format!("{buyers}, {switches}: {grants}{class}");
        if name.len() + SMALLEST <= COLUMNS {
            name
        } else {
            format!("{buyers}, {switches}{class}")
        }
    }

    /// A column a buyer, a line a step; and the odds.
    pub(super) fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        let buyers = self.trial.users.max(1);
        let width = ((COLUMNS - LEFT) / buyers).min(28);
        let heads = (1..=buyers).map(|buyer| {
            let name = format!("user-{buyer}");
            let name = if name.len() < width {
                name
            } else {
                format!("u{buyer}")
            };
            format!("{name:<width$}")
        });
        let heads = format!("  step  {}", heads.collect::<String>());
        writeln!(out, "{FAINT}{}{FAINT:#}", heads.trim_end())?;
        for (at, step) in self.run.moves.iter().enumerate() {
            let indent = width * step.buyer;
            write!(out, "  {:>4}  {:indent$}", at + 1, "")?;
            let room = COLUMNS.saturating_sub(LEFT + indent);
            let mut words = self
                .words(at, step)
                .into_iter()
                .filter(|text| text.len() <= room);
            let text = words.next().unwrap_or_default();
            if step.killed {
                writeln!(out, "{BAD}{text}{BAD:#}")?;
            } else {
                writeln!(out, "{text}")?;
            }
        }
        writeln!(out)?;
        self.draw_odds(out)
    }

    /// What a step is called, from the longest to the shortest.
    fn words(&self, at: usize, step: &Move) -> [String; 3] {
        let all = |texts: [&str; 3]| texts.map(str::to_owned);
        if step.killed {
            return all(["killed", "killed", "x"]);
        }
        let later = self.run.moves.iter().skip(at + 1);
        let last = !later.into_iter().any(|later| later.buyer == step.buyer);
        let end = self.run.ends.get(step.buyer).and_then(Option::as_ref);
        let end = end.filter(|_| last);
        if matches!(end, Some(End::Torn { .. })) {
            return all(["reads an empty file", "torn", "!"]);
        }
        let in_place = self.trial.writes == Writes::InPlace;
        let texts = match (step.point, step.seen) {
            (Point::Lock, _) if step.busy => all(["finds the lock taken", "taken", ".."]),
            (Point::Lock, _) => match self.file(at, step.buyer) {
                Some(file) => [format!("locks file {file}"), format!("lock {file}"), file],
                None => all(["takes the lock", "lock", "l"]),
            },
            (Point::Read, Some(seen)) => {
                let left = seen.left;
                [
                    format!("reads: {left} left"),
                    format!("read {left}"),
                    format!("r{left}"),
                ]
            }
            (Point::Query, _) => all(["queries", "query", "q"]),
            (Point::Read, None) => all(["reads", "read", "r"]),
            (Point::Write, _) if in_place => all(["cuts the count to nothing", "cut", "c"]),
            (Point::Write, _) => all(["writes its sale", "write", "w"]),
            (Point::Fill, _) => all(["fills the count", "fill", "f"]),
            (Point::Unlock, _) => all(["gives the lock up", "unlock", "u"]),
            (Point::Publish, _) => all(["publishes the count", "publish", "p"]),
        };
        let suffix = match end {
            Some(End::SoldOut) => [": none left", ": none", "-"],
            Some(End::Failed { .. }) => [", fails", "!", "!"],
            _ => [""; 3],
        };
        let [long, short, letter] = texts;
        [long + suffix[0], short + suffix[1], letter + suffix[2]]
    }

    /// The letter of the file whose lock a step takes, where not all buyers lock the same one.
    fn file(&self, at: usize, buyer: usize) -> Option<String> {
        let timeline = draw(&self.trial, &self.run, None);
        let lanes = timeline.lanes.iter();
        let mut holds: Vec<_> = lanes
            .enumerate()
            .flat_map(|(lane, own)| {
                let spans = own.operations.iter().flat_map(|operation| &operation.spans);
                spans.filter_map(move |span| match span.doing {
                    Doing::Hold(file) => Some((span.from, lane, file)),
                    _ => None,
                })
            })
            .collect();
        holds.sort_unstable();
        let mut files: Vec<u64> = Vec::new();
        for (_, _, file) in &holds {
            if !files.contains(file) {
                files.push(*file);
            }
        }
        let own = |&&(from, lane, _): &&(u64, usize, u64)| from == at as u64 && lane == buyer;
        let (_, _, file) = holds.iter().find(own)?;
        let place = files.iter().position(|known| known == file)?;
        let letter = u8::try_from(place).ok().filter(|place| *place < 26)?;
        (files.len() > 1).then(|| char::from(b'A' + letter).to_string())
    }

    /// The chance of a bad end where it changes, and the point of no return.
    fn draw_odds(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(odds) = self
            .odds
            .as_deref()
            .filter(|odds| odds.first() != Some(&0.0))
        else {
            return Ok(());
        };
        let no_return = odds::no_return(odds);
        let mut words = Vec::new();
        let mut last = None;
        for (step, &chance) in odds.iter().enumerate() {
            let told = percent(chance);
            if last.as_ref() == Some(&told) {
                continue;
            }
            words.push(match step {
                0 => format!("{told} at first"),
                _ if no_return == Some(step) => {
                    format!("{told} after step {step}, the point of no return")
                }
                _ => format!("{told} after step {step}"),
            });
            last = Some(told);
        }
        let text = format!("the chance of a bad end: {}", words.join(", "));
        labelled(out, "odds", FAINT, &text)?;
        writeln!(out)
    }
}

/// A chance in percent; certain and impossible are said only where they are.
fn percent(chance: f64) -> String {
    let rounded = (chance * 100.0).round();
    match chance {
        1.0.. => "100 %".to_owned(),
        0.0 => "0 %".to_owned(),
        _ if rounded >= 100.0 => "over 99 %".to_owned(),
        _ if rounded <= 0.0 => "below 1 %".to_owned(),
        _ => format!("{rounded} %"),
    }
}

/// What was found, a paragraph each.
pub(super) fn found_in(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    for finding in findings {
        labelled(out, finding.kind.name(), BAD, &finding.text)?;
    }
    Ok(())
}

/// A word in colour and a text, in lines that are not too long.
pub(super) fn labelled(
    out: &mut dyn Write,
    label: &str,
    style: anstyle::Style,
    text: &str,
) -> io::Result<()> {
    let mut line = format!("{style}{label}{style:#} ");
    let mut width = label.len() + 1;
    for word in text.split(' ') {
        let wide = word.chars().count() + 1;
        if width + wide > COLUMNS {
            writeln!(out, "{line}")?;
            (line, width) = ("     ".to_owned(), 5);
        }
        line.push(' ');
        line.push_str(word);
        width += wide;
    }
    writeln!(out, "{line}")
}

pub(super) fn writes(trial: &Trial) -> &'static str {
    match trial.writes {
        Writes::Replace => "replace",
        Writes::InPlace => "in-place",
    }
}

/// How the buyers of a trial sell, in words.
pub(super) fn way(trial: &Trial) -> String {
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
    format!("{lock}, {count}{query}{crashes}")
}

/// One number of tickets, or several.
pub(super) fn tickets(from: u64, to: u64) -> String {
    match (from, to) {
        (1, 1) => "1 ticket".to_owned(),
        (from, to) if from == to => format!("{to} tickets"),
        (from, to) => format!("{from} to {to} tickets"),
    }
}

/// The arguments that make the same trial again.
pub(super) fn flags(trial: &Trial) -> String {
    let stock = (trial.stock != 1).then(|| format!(" --stock {}", trial.stock));
    let lock = (trial.lock != LockKind::None).then(|| format!(" --lock={}", trial.lock.name()));
    let writes = (trial.writes == Writes::InPlace).then(|| " --writes in-place".to_owned());
    let query = trial.query.then(|| " --query".to_owned());
    [stock, lock, writes, query].into_iter().flatten().collect()
}

/// How to see a run again.
pub(super) fn again(out: &mut dyn Write, trial: &Trial, run: &Run) -> io::Result<()> {
    let (grants, flags) = (run.grants(), flags(trial));
    let most = run.moves.iter().map(|step| step.buyer + 1).max();
    // A buyer that makes no step is not named by the grants.
    let users = if most == Some(trial.users) {
        String::new()
    } else {
        format!(" --users {}", trial.users)
    };
    writeln!(
        out,
        "{FAINT}again{FAINT:#}  tickets race replay '{grants}'{users}{flags}"
    )
}
