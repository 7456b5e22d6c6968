//! `tickets race prove`: every schedule of a few buyers, and the smallest that goes wrong.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::super::args::ProveArgs;
use super::super::screen::{BAD, GOOD, Screen};
use super::advice::{self, FailsWith, advice};
use super::document::Shown;
use super::progress::{SearchProgress, foresee};
use super::run::{self, Pictured, buyers, tickets, way, writes};
use super::{sample, scenario};
use crate::lab::Trial;
use crate::lab::explore::{self, Explored, Search, smallest};
use crate::{Kind, Result};

/// Runs it; returns the exit code.
pub(super) fn prove(arguments: &ProveArgs, event: &Path, screen: &Screen) -> Result<u8> {
    if let Some(scenario) = arguments.scenario {
        return scenario::prove(arguments, scenario, screen);
    }
    let trial = arguments.how.trial(arguments.users)?;
    if let Some(samples) = arguments.samples {
        let picture = arguments.how.claim_picture(event)?;
        return sample::sample(arguments, samples, trial, picture, screen);
    }
    let users = arguments.users;
    let mut picture = arguments.how.claim_picture(event)?;
    let mut progress = SearchProgress::of_all("race prove", screen, trial.users)?;
    let mut told = |schedules| progress.tell(schedules);
    let proof = Proof::of(trial, arguments.how.stock, &mut told);
    let proof = match progress.done(proof)? {
        Ok(proof) => proof,
        Err(code) => return Ok(code),
    };
    if let Some(smallest) = &proof.smallest {
        smallest.save(picture.as_mut())?;
    }
    let document = ProveDocument::of(&proof);
    screen.result(&document, |out| {
        proved(out, &proof)?;
        let Some(smallest) = &proof.smallest else {
            advice::too_few(out, &proof.trial, arguments.how.stock)?;
            return run::undrawn(out, picture.as_ref());
        };
        smallest.introduce_smallest(out, proof.trial.users)?;
        if proof.found.oversold > 0 {
            advice::oversells(out, &proof.trial, &smallest.run)?;
        }
        smallest.draw(out)?;
        run::found_in(out, &smallest.run.verdict.findings)?;
        advice(out, smallest, users)?;
        run::drawn(out, picture.as_ref())
    });
    Ok(match proof.found.bad {
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
    smallest: Option<Pictured>,
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
            foresee(&proof.trial)?;
            let mut so_far = |more| told(safe + more);
            proof.found = explore::explore(&proof.trial, Search::Reduced, &mut so_far)?;
            if proof.found.bad > 0 {
                proof.from = stock;
                if let Some(run) = smallest(&proof.trial, told)? {
                    proof.smallest = Some(Pictured::of(&proof.trial, run, told)?);
                }
                return Ok(proof);
            }
            safe += proof.found.schedules;
        }
        proof.found.schedules = safe;
        Ok(proof)
    }
}

fn proved(out: &mut dyn Write, proof: &Proof) -> io::Result<()> {
    let Proof { trial, found, .. } = proof;
    let (buyers, tickets) = (buyers(trial.users), tickets(proof.from, trial.stock));
    let text = format!("{buyers}, {tickets}, {}", way(trial));
    run::wrapped(out, &text, 0)?;
    writeln!(out)?;
    let Explored { schedules, bad, .. } = found;
    if *bad == 0 {
        let (schedule, are) = if *schedules == 1 {
            ("schedule", "is")
        } else {
            ("schedules", "are")
        };
        let text = format!(
            "{schedules} of {schedules} {schedule} of {buyers} {are} right: whoever goes first, nobody is overwritten"
        );
        run::labelled(out, "safe", GOOD, &text)?;
        return run::counted(out, true);
    }
    let oversold = match found.oversold {
        0 => String::new(),
        n => format!(", {n} oversell"),
    };
    let are = if *bad == 1 { "is" } else { "are" };
    let outcomes = match found.outcomes.len() {
        1 => "1 outcome".to_owned(),
        many => format!("{many} different outcomes"),
    };
    let text = format!("{bad} of {schedules} schedules {are} bad{oversold}; {outcomes}");
    run::labelled(out, "race", BAD, &text)?;
    run::counted(out, true)
}

#[derive(Serialize)]
struct ProveDocument {
    ok: bool,
    command: &'static str,
    /// Every schedule was run, but for those that cannot differ from one that was.
    proof: bool,
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
    /// Nothing was found, but more buyers or tickets are known to break it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fails_with: Option<FailsWith>,
}

impl ProveDocument {
    fn of(proof: &Proof) -> Self {
        let Proof { trial, found, .. } = proof;
        Self {
            ok: found.bad == 0,
            command: "race prove",
            proof: true,
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
            smallest: proof.smallest.as_ref().map(Pictured::shown),
            fails_with: FailsWith::beyond(trial).filter(|_| found.bad == 0),
        }
    }
}
