//! `tickets race prove`: every schedule of a few buyers, and the smallest that goes wrong.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::Path;

use super::super::args::ProveArgs;
use super::super::picture;
use super::super::screen::{BAD, GOOD, Screen};
use super::advice::{self, advice};
use super::progress::{SearchProgress, foresee};
use super::proof::{Proof, ProveDocument};
use super::run::{self, Pictured};
use super::trial::refuse_cluster;
use super::words::{buyers, tickets, way};
use super::{sample, scenario};
use crate::lab::Trial;
use crate::lab::explore::{self, Explored, Search, smallest};
use crate::plural::{are, count};
use crate::{Error, Kind, Result};

/// Runs it; returns the exit code.
pub(super) fn prove(arguments: &ProveArgs, event: &Path, screen: &Screen) -> Result<u8> {
    if let Some(scenario) = arguments.scenario {
        return scenario::prove(arguments, scenario, screen);
    }
    let trial = arguments.how.trial(arguments.users, event)?;
    if let Some(samples) = arguments.samples {
        refuse_cluster(&trial)?;
        let picture = arguments.how.claim_picture(event)?;
        return sample::sample(arguments, samples, trial, picture, screen);
    }
    let users = arguments.users;
    let mut picture = arguments.how.claim_picture(event)?;
    let mut progress = SearchProgress::of_all("race prove", screen, trial.users)?;
    let stocks = stocks(&trial, arguments.how.stock);
    progress.expects(how_many(&trial, stocks.clone()), trial.users);
    let proof = Proof::of(trial, stocks, &mut progress);
    let proof = match progress.done(proof)? {
        Ok(proof) => proof,
        Err(code) => return Ok(code),
    };
    if let (Some(smallest), Some(picture)) = (&proof.smallest, picture.as_mut()) {
        picture::draw(picture, &proof.drawn(smallest))?;
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

/// With which stocks a trial is run, up to the first that goes wrong.
fn stocks(trial: &Trial, asked: Option<u64>) -> RangeInclusive<u64> {
    match asked {
        Some(stock) => stock..=stock,
        None => 1..=trial.users as u64,
    }
}

/// How many schedules those are in all, where nothing goes wrong and that is known.
fn how_many(trial: &Trial, mut stocks: RangeInclusive<u64>) -> Option<u64> {
    let mut trial = trial.clone();
    stocks.try_fold(0_u64, |sum, stock| {
        trial.stock = stock;
        Some(sum.saturating_add(explore::foreseen(&trial)?))
    })
}

/// That a search was stopped, after so many schedules that were right, with what it had found.
fn stopped(error: Error, trial: &Trial, (found, right): (&Explored, u64)) -> Error {
    let run = count(right + found.schedules, "schedule");
    let error = error.with_message(format!("the search was stopped after {run}"));
    let (bad, are) = (count(found.bad, "schedule"), are(found.bad));
    error.hint(match &found.first {
        Some(first) => format!(
            "{bad} of those {are} bad; the smallest of them: {}",
            super::command_line::replay(trial, first)
        ),
        None => "none of those was bad, and nothing is proven; the same with --samples 1000 draws some at random"
            .to_owned(),
    })
}

impl Proof {
    fn of(
        trial: Trial,
        stocks: RangeInclusive<u64>,
        progress: &mut SearchProgress<'_>,
    ) -> Result<Self> {
        let mut proof = Self {
            trial,
            from: *stocks.start(),
            found: Explored::default(),
            smallest: None,
        };
        let (mut safe, mut outcomes) = (0, BTreeSet::new());
        for stock in stocks {
            proof.trial.stock = stock;
            foresee(&proof.trial)?;
            let mut so_far = |more| progress.tell(safe + more);
            let (found, ended) =
                explore::explore_until(&proof.trial, Search::Reduced, &mut so_far)?;
            proof.found = found;
            let kept = |error: Error, found: &Explored| match error.kind() {
                Kind::Interrupted => stopped(error, &proof.trial, (found, safe)),
                _ => error,
            };
            if let Some(error) = ended {
                return Err(kept(error, &proof.found));
            }
            if proof.found.bad > 0 {
                proof.from = stock;
                proof.smallest =
                    pictured(&proof.trial, progress).map_err(|error| kept(error, &proof.found))?;
                return Ok(proof);
            }
            safe += proof.found.schedules;
            outcomes.append(&mut proof.found.outcomes);
        }
        proof.found.schedules = safe;
        proof.found.outcomes = outcomes;
        Ok(proof)
    }
}

/// The smallest bad schedule, with all that is shown of it.
fn pictured(trial: &Trial, progress: &mut SearchProgress<'_>) -> Result<Option<Pictured>> {
    // How many these searches run is not known.
    progress.expects(None, 0);
    let mut told = |schedules| progress.tell(schedules);
    let Some(run) = smallest(trial, &mut told)? else {
        return Ok(None);
    };
    Pictured::of(trial, run, &mut told).map(Some)
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
        return run::counted(out, Some(trial.lock));
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
    run::counted(out, Some(trial.lock))
}
