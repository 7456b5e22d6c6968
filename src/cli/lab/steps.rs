//! The steps of a run for people: a column a buyer, a line a step; and where it was lost.

use std::io::{self, Write};

use anstyle::Style;

use super::super::screen::{BAD, FAINT};
use super::super::width::columns;
use super::run::{Pictured, labelled};
use crate::draw;
use crate::lab::odds;
use crate::lab::{Answer, Move, Point, WorkerEnd};
use crate::office::Writes;

/// Where the columns of the buyers begin.
const LEFT: usize = 8;

/// The widest that a column is.
const WIDEST: usize = 28;

impl Pictured {
    /// A line a step, and for a few buyers a column each; and the odds.
    pub(super) fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.lines() {
            Some(lines) => self.columns(out, &lines)?,
            None => self.list(out)?,
        }
        writeln!(out)?;
        self.draw_odds(out, "", |step| format!("step {step}"))
    }

    /// A line a step, which says whose it is.
    pub(super) fn list(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{FAINT}  step  buyer{FAINT:#}")?;
        for (at, step) in self.run.moves.iter().enumerate() {
            let name = format!("user-{}", step.buyer + 1);
            let [text, _] = self.words(at, step);
            let style = if step.killed { BAD } else { Style::new() };
            writeln!(out, "  {:>4}  {name:<8} {style}{text}{style:#}", at + 1)?;
        }
        Ok(())
    }

    /// What each step is called in the column of its buyer; `None` where some step, or the name of a buyer, has no
    /// room in its own.
    fn lines(&self) -> Option<Vec<String>> {
        let width = self.width();
        let last = format!("user-{}", self.trial.users);
        if last.len() >= width {
            return None;
        }
        let moves = self.run.moves.iter().enumerate();
        let fits = |(at, step): (usize, &Move)| {
            let room = columns().saturating_sub(LEFT + width * step.buyer);
            let mut words = self.words(at, step).into_iter();
            words.find(|text| text.len() <= room)
        };
        moves.map(fits).collect()
    }

    fn width(&self) -> usize {
        ((columns() - LEFT) / self.trial.users.max(1)).min(WIDEST)
    }

    /// A column a buyer, a line a step.
    fn columns(&self, out: &mut dyn Write, lines: &[String]) -> io::Result<()> {
        let width = self.width();
        let heads = (1..=self.trial.users.max(1)).map(|buyer| {
            let name = format!("user-{buyer}");
            format!("{name:<width$}")
        });
        let heads = format!("  step  {}", heads.collect::<String>());
        writeln!(out, "{FAINT}{}{FAINT:#}", heads.trim_end())?;
        for ((at, step), text) in self.run.moves.iter().enumerate().zip(lines) {
            let indent = width * step.buyer;
            write!(out, "  {:>4}  {:indent$}", at + 1, "")?;
            if step.killed {
                writeln!(out, "{BAD}{text}{BAD:#}")?;
            } else {
                writeln!(out, "{text}")?;
            }
        }
        Ok(())
    }

    /// What a step is called, and shorter.
    pub(super) fn words(&self, at: usize, step: &Move) -> [String; 2] {
        let all = |texts: [&str; 2]| texts.map(str::to_owned);
        if step.killed {
            return all(["killed", "killed"]);
        }
        let later = self.run.moves.iter().skip(at + 1);
        let last = !later.into_iter().any(|later| later.buyer == step.buyer);
        let end = self.run.ends.get(step.buyer).and_then(Option::as_ref);
        let end = end.filter(|_| last);
        if matches!(end, Some(WorkerEnd::Torn { .. })) {
            return all(match step.point {
                Point::Query => ["queries: an empty file", "torn"],
                _ => ["reads an empty file", "torn"],
            });
        }
        let in_place = self.trial.writes == Writes::InPlace;
        let is_scenario = self.trial.scenario.is_some();
        let texts = match (step.point, step.seen) {
            (Point::Lock, _) if step.busy => all(["finds the lock taken", "taken"]),
            (Point::Lock, _) => match self.file(at, step.buyer) {
                Some(file) => [format!("locks file {file}"), format!("lock {file}")],
                None => all(["takes the lock", "lock"]),
            },
            (Point::Read, Some(seen)) => {
                let left = seen.left;
                [format!("reads: {left} left"), format!("read {left}")]
            }
            (Point::Query, _) if is_scenario => all(["looks, without the lock", "look"]),
            (Point::Query, _) => match step.looked {
                Some(left) => [format!("queries: {left} left"), format!("query {left}")],
                None => all(["queries", "query"]),
            },
            (Point::Read, None) => all(["reads", "read"]),
            (Point::Write, _) if step.busy => all(["its write is refused", "refused"]),
            (Point::Write, _) if in_place => all(["cuts the count to nothing", "cut"]),
            (Point::Write, _) if is_scenario => all(["writes its line", "write"]),
            (Point::Write, _) => all(["writes its sale", "write"]),
            (Point::Fill, _) => all(["fills the count", "fill"]),
            (Point::Unlock, _) => all(["gives the lock up", "unlock"]),
            (Point::Publish, _) if is_scenario && !self.has_written(at, step.buyer) => {
                all(["sees to the count", "count"])
            }
            (Point::Publish, _) => all(["publishes the count", "publish"]),
            (Point::LeaseEnd, _) => all(["its lease ends", "lease ends"]),
            (Point::Clock, _) if step.late => all(["clock: it is due", "due"]),
            (Point::Clock, _) => all(["clock: it is not due yet", "not due"]),
        };
        let [long, short] = texts;
        let [more, less] = ending(end);
        [long + &more, short + &less]
    }

    /// Whether a buyer wrote a line before one of its steps.
    fn has_written(&self, at: usize, buyer: usize) -> bool {
        let mut before = self.run.moves.iter().take(at);
        before.any(|step| step.buyer == buyer && step.point == Point::Write && !step.killed)
    }

    /// The letter of the file whose lock a step takes, where not all buyers lock the same one.
    fn file(&self, at: usize, buyer: usize) -> Option<String> {
        let timeline = draw::run(&self.trial, &self.run, None);
        let lanes = timeline.lanes.iter();
        let mut holds: Vec<_> = lanes
            .enumerate()
            .flat_map(|(lane, own)| {
                let spans = own.operations.iter().flat_map(|operation| &operation.spans);
                spans.filter_map(move |span| Some((span.from, lane, span.doing.held()?)))
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

    /// The chance of a bad end where it changes, and the point of no return. `of`: whose it is, where there are several; `called`:
    /// what a step, counted from 1, is called.
    pub(super) fn draw_odds(
        &self,
        out: &mut dyn Write,
        of: &str,
        called: impl Fn(usize) -> String,
    ) -> io::Result<()> {
        if let Some(why) = self.no_odds.as_ref().filter(|_| self.run.is_bad()) {
            labelled(out, "odds", FAINT, why)?;
            return writeln!(out);
        }
        let Some(odds) = self
            .odds
            .as_deref()
            .filter(|odds| odds.iter().any(|chance| *chance > 0.0))
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
                    format!("{told} after {}: the point of no return", called(step))
                }
                _ => format!("{told} after {}", called(step)),
            });
            last = Some(told);
        }
        let text = format!(
            "{of}of a bad end, if each who can go on is as likely to: {}",
            words.join(", ")
        );
        labelled(out, "odds", FAINT, &text)?;
        let killed = self.run.moves.iter().any(|step| step.killed);
        if self.trial.crashes || killed {
            let text = "kills do not count in the odds before they happen: before each step they are those of buyers who all \
                        go on to their end, but for those who have been killed by then";
            labelled(out, "note", FAINT, text)?;
        }
        writeln!(out)
    }
}

/// How a process ended, behind its last step; and shorter.
fn ending(end: Option<&WorkerEnd>) -> [String; 2] {
    let all = |texts: [&str; 2]| texts.map(str::to_owned);
    match end {
        Some(WorkerEnd::SoldOut) => all([": none left", ": none"]),
        Some(WorkerEnd::Failed { .. }) => all([", fails", ", fails"]),
        Some(WorkerEnd::Answered { answers }) => {
            let mut words: Vec<_> = answers.iter().map(Answer::word).collect();
            words.dedup();
            let told = format!(": {}", words.join(", "));
            [told.clone(), told]
        }
        _ => all([""; 2]),
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
