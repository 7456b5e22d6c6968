//! `tickets race replay`: one schedule again, step by step.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::super::args::ReplayArgs;
use super::super::screen::{FAINT, GOOD, Screen};
use super::document::Shown;
use super::progress::SearchProgress;
use super::run::{self, Pictured};
use super::scenario;
use super::words::{buyers, conditions, writes};
use crate::lab::Trial;
use crate::lab::explore;
use crate::lab::{LabStep, LabSteps, Run, Scenario, Schedule};
use crate::{Error, Kind, Result};

/// Runs it; returns the exit code.
pub(super) fn replay(arguments: &ReplayArgs, event: &Path, screen: &Screen) -> Result<u8> {
    let (trial, steps) = wanted(arguments, event)?;
    let mut picture = arguments.how.claim_picture(event)?;
    let played = explore::replay(&trial, &steps)?;
    let added = Added::to(&steps, &played);
    let bad = played.is_bad();
    let mut progress = SearchProgress::new("race replay", screen)?;
    let pictured = Pictured::of(&trial, played, &mut |runs| progress.tell(runs));
    let pictured = match progress.done(pictured)? {
        Ok(pictured) => pictured,
        Err(code) => return Ok(code),
    };
    pictured.save(picture.as_mut())?;
    let document = ReplayDocument {
        ok: !bad,
        command: "race replay",
        version: env!("CARGO_PKG_VERSION"),
        conditions: arguments
            .scenario
            .is_none()
            .then(|| ReplayConditions::of(&trial)),
        added: Some(added.steps.len()).filter(|many| *many > 0),
        run: pictured.shown(),
    };
    screen.result(&document, |out| {
        let version = env!("CARGO_PKG_VERSION");
        let program = format!("tickets {version}, ");
        writeln!(out, "{program}{}", pictured.name(program.len()))?;
        match arguments.scenario {
            Some(scenario) => scenario::introduced(out, &pictured.trial, scenario)?,
            None => run::wrapped(out, &conditions(&pictured.trial), 0)?,
        }
        writeln!(out)?;
        added.tell(out)?;
        pictured.draw(out)?;
        if !bad {
            let sales = "every sale read what the sale before it wrote";
            let text = arguments.scenario.map_or(sales, Scenario::promise);
            let all = arguments.scenario.map_or(String::new(), |scenario| {
                format!(" --scenario {}", scenario.name())
            });
            let text = format!(
                "in this schedule: {text}. Of others it says nothing: 'tickets race prove{all}' runs them all"
            );
            run::labelled(out, "safe", GOOD, &text)?;
            run::behind(out, &pictured)?;
        }
        run::found_in(out, &pictured.run.verdict.findings)?;
        run::drawn(out, picture.as_ref())
    });
    Ok(if bad { Kind::Integrity.exit_code() } else { 0 })
}

/// The steps that were made behind those that a schedule names, until everybody was done.
struct Added {
    /// How many it names.
    named: usize,
    steps: Vec<LabStep>,
}

impl Added {
    fn to(named: &LabSteps, played: &Run) -> Self {
        let named = named.0.len();
        let all = played.steps().0;
        Self {
            named,
            steps: all.into_iter().skip(named).collect(),
        }
    }

    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.steps.is_empty() {
            return Ok(());
        }
        let text = format!(
            "the schedule ends after step {}, and was completed: of those who could go on always the one with the lowest \
             number: {}",
            self.named,
            LabSteps(self.steps.clone())
        );
        run::labelled(out, "note", FAINT, &text)?;
        writeln!(out)
    }
}

/// What is to be run again, and in which order.
fn wanted(arguments: &ReplayArgs, event: &Path) -> Result<(Trial, LabSteps)> {
    let schedule: Schedule = arguments.schedule.parse()?;
    if let (Some(_), Schedule::Class(_)) = (arguments.scenario, &schedule) {
        let message = "a class is of buyers without a lock, and a scenario has none";
        return Err(
            Error::new(Kind::Usage, message).hint("give who makes each step, as in '1 2 2 1'")
        );
    }
    let (steps, named_users) = (schedule.steps(), schedule.buyers());
    let users = arguments.users.map_or(named_users, usize::from);
    if users < named_users {
        let message = format!("the schedule is of {}, not of {users}", buyers(named_users));
        return Err(Error::new(Kind::Usage, message)
            .hint("buyers count from 1; leave --users out, or give at least as many"));
    }
    if let Some(scenario) = arguments.scenario {
        return Ok((scenario::trial(&arguments.how, scenario, users)?, steps));
    }
    let mut trial = Trial {
        users,
        ..arguments.how.trial(users as u8, event)?
    };
    // In a class all sell.
    if let (Schedule::Class(_), None) = (&schedule, arguments.how.stock) {
        trial.stock = users as u64;
    }
    Ok((trial, steps))
}

#[derive(Serialize)]
struct ReplayDocument {
    ok: bool,
    command: &'static str,
    version: &'static str,
    #[serde(flatten)]
    conditions: Option<ReplayConditions>,
    /// How many steps were made behind those that the schedule names.
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<usize>,
    #[serde(flatten)]
    run: Shown,
}

/// How its buyers sell; those of a scenario sell as real sales do.
#[derive(Serialize)]
struct ReplayConditions {
    stock: u64,
    lock: &'static str,
    writes: &'static str,
    query: bool,
}

impl ReplayConditions {
    fn of(trial: &Trial) -> Self {
        Self {
            stock: trial.stock,
            lock: trial.lock.name(),
            writes: writes(trial),
            query: trial.query,
        }
    }
}
