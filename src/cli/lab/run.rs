//! A run, for people: its name, what was found, how to see it again.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::{self, Write};

use super::super::picture;
use super::super::screen::{BAD, FAINT};
use super::super::width::columns;
use super::document::Shown;
use super::words::buyers;
use crate::LockKind;
use crate::check::Anomaly;
use crate::check::final_state::StateFinding;
use crate::draw;
use crate::lab::odds::{MOST_RUNS, MOST_STEPS, odds};
use crate::lab::{Run, Trial};
use crate::timeline::Timeline;
use crate::{Output, Result};

/// So many findings of a kind are told to people.
const TOLD: usize = 10;

/// A run with all that is shown of it.
pub(super) struct Pictured {
    /// With the buyers that it has.
    pub(super) trial: Trial,
    pub(super) run: Run,
    /// The chance of a bad end, where all ways to go on are known.
    pub(super) odds: Option<Vec<f64>>,
    /// Why it is not known, where it might be.
    pub(super) no_odds: Option<String>,
}

impl Pictured {
    /// Looks for the odds, where that does not take long.
    pub(super) fn of(trial: &Trial, run: Run, told: &mut dyn FnMut(u64) -> bool) -> Result<Self> {
        let trial = trial.with_users(run.ends.len());
        let odds = odds(&trial, &run, told)?;
        let no_odds = (odds.is_none() && trial.scenario.is_none()).then(|| no_odds(&trial));
        Ok(Self {
            trial,
            run,
            odds,
            no_odds,
        })
    }

    /// Draws it into a file, where one is wanted.
    pub(super) fn save(&self, picture: Option<&mut Output>) -> Result<()> {
        let Some(picture) = picture else {
            return Ok(());
        };
        picture::draw(picture, &self.timeline())
    }

    /// What is drawn of it.
    pub(super) fn timeline(&self) -> Timeline {
        Timeline {
            no_odds: self.no_odds.clone(),
            ..draw::run(&self.trial, &self.run, self.odds.as_deref())
        }
    }

    /// The same for programs.
    pub(super) fn shown(&self) -> Shown {
        let mut shown = Shown::of(&self.trial, &self.run, self.odds.as_deref());
        shown.no_odds.clone_from(&self.no_odds);
        shown
    }

    /// A line of its own, with its name.
    pub(super) fn introduce(&self, out: &mut dyn Write, what: &str) -> io::Result<()> {
        writeln!(out)?;
        let what = format!("{what}: ");
        wrapped(out, &format!("{what}{}", self.name(what.len())), 0)?;
        writeln!(out)
    }

    /// The same of the smallest of all schedules of so many buyers: it may have fewer, and is none of those then.
    pub(super) fn introduce_smallest(&self, out: &mut dyn Write, of: usize) -> io::Result<()> {
        let processes = match self.trial.scenario {
            Some(_) => "processes",
            None => "buyers",
        };
        if self.trial.users < of {
            self.introduce(out, &format!("the smallest, with fewer {processes}"))
        } else {
            self.introduce(out, "the smallest of them")
        }
    }

    /// How many buyers and switches, and its steps if they fit behind what takes so many columns.
    pub(super) fn name(&self, taken: usize) -> String {
        let steps = self.run.steps();
        let switches = match steps.switches() {
            1 => "1 switch".to_owned(),
            n => format!("{n} switches"),
        };
        let users = self.trial.users;
        let buyers = match (self.trial.scenario, users) {
            (None, users) => buyers(users),
            (Some(_), 1) => "1 process".to_owned(),
            (Some(_), users) => format!("{users} processes"),
        };
        let name = format!("{buyers}, {switches}: {steps}");
        if name.len() + taken <= columns() {
            name
        } else {
            format!("{buyers}, {switches}")
        }
    }
}

/// Why the odds of a run are not told.
fn no_odds(trial: &Trial) -> String {
    let steps = trial.users as u64 * trial.steps();
    if trial.is_on_cluster() {
        "odds are told of buyers in files: when a lease ends is no matter of chance".to_owned()
    } else if steps > MOST_STEPS {
        format!(
            "too many schedules for odds: they are told of at most {MOST_STEPS} steps, and these buyers make {steps} where \
             each sells"
        )
    } else {
        format!(
            "too many schedules for odds: they are told where at most {MOST_RUNS} runs meet all that may follow"
        )
    }
}

/// What the numbers of a proof are numbers of. `lock`: that of buyers who all do the same; `None`: they do not.
pub(super) fn counted(out: &mut dyn Write, lock: Option<LockKind>) -> io::Result<()> {
    let same = match lock {
        // A holder gives these up by what it does, so that each of its steps is taken for one at the lock.
        Some(LockKind::Shared | LockKind::DataFile) => {
            ", or in which of the buyers, who are alike, is which; what the holder of this lock does counts as touching the \
             lock, too, so that some are counted more than once"
        }
        Some(_) => ", or in which of the buyers, who are alike, is which",
        None => "",
    };
    let text = format!(
        "all were run, none drawn at random; those count as one that differ only in the order of steps that touch \
         different things{same}; tries at a lock that is held are left out where they change nothing"
    );
    labelled(out, "count", FAINT, &text)
}

/// What was found, a paragraph each, of each kind the first few. JSON has them all.
pub(super) fn found_in(out: &mut dyn Write, findings: &[StateFinding]) -> io::Result<()> {
    let mut counts: BTreeMap<Anomaly, usize> = BTreeMap::new();
    for finding in findings {
        let count = counts.entry(finding.kind).or_default();
        *count += 1;
        if *count <= TOLD {
            labelled(out, finding.kind.name(), BAD, &finding.text)?;
        }
    }
    for (kind, count) in counts {
        if count > TOLD {
            let text = format!("{} more", count - TOLD);
            labelled(out, kind.name(), BAD, &text)?;
        }
    }
    Ok(())
}

/// That the count is behind its ledger and that this is no finding: somebody was killed who had not yet published.
pub(super) fn behind(out: &mut dyn Write, shown: &Pictured) -> io::Result<()> {
    let (verdict, stock) = (&shown.run.verdict, shown.trial.stock);
    let told = verdict.left.and_then(|left| left.checked_add(verdict.sold));
    if shown.trial.scenario.is_some() || !verdict.is_safe() || told.is_none_or(|told| told == stock)
    {
        return Ok(());
    }
    let text = "the count does not show the last sale: its buyer was killed before it published it, and was not told that it \
                bought. That is no finding: the next sale brings the count up to the ledger";
    labelled(out, "note", FAINT, text)
}

/// Where it was drawn, if it was wanted.
pub(super) fn drawn(out: &mut dyn Write, picture: Option<&Output>) -> io::Result<()> {
    match picture {
        Some(picture) => picture::drawn(out, picture.path()),
        None => Ok(()),
    }
}

/// That there is nothing to draw: what an earlier command drew stays as it is.
pub(super) fn undrawn(out: &mut dyn Write, picture: Option<&Output>) -> io::Result<()> {
    let Some(picture) = picture else {
        return Ok(());
    };
    // Who opens it now sees what it was.
    let is_old = |file: Metadata| file.is_file() && file.len() > 0;
    let old = if picture.path().metadata().is_ok_and(is_old) {
        "; what is there was drawn before"
    } else {
        ""
    };
    let text = format!(
        "{} was not drawn: there is nothing to show{old}",
        picture.path().display()
    );
    labelled(out, "timeline", FAINT, &text)
}

/// A word in colour and a text, in lines that are not too long.
pub(super) fn labelled(
    out: &mut dyn Write,
    label: &str,
    style: anstyle::Style,
    text: &str,
) -> io::Result<()> {
    write!(out, "{style}{label}{style:#}  ")?;
    wrapped(out, text, label.len() + 2)
}

/// A text in lines that are not too long; `width` is what stands before it in the first of them.
pub(super) fn wrapped(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    super::super::width::wrapped(out, text, width, columns())
}

/// A command line to be copied, in lines that are not too long.
pub(super) fn command(out: &mut dyn Write, label: &str, line: &str) -> io::Result<()> {
    const INDENT: usize = 7;
    write!(
        out,
        "{FAINT}{label}{FAINT:#}{:1$}",
        "",
        INDENT.saturating_sub(label.len())
    )?;
    super::super::width::command(out, line, INDENT, columns())
}
