//! `tickets race prove --samples K`: schedules at random.

use std::io::{self, Write};

use serde::Serialize;

use super::super::args::ProveArgs;
use super::super::screen::{BAD, FAINT, Screen};
use super::advice::{self, FailsWith, advice};
use super::document::Shown;
use super::progress::SearchProgress;
use super::run::{self, Pictured};
use super::words::{buyers, tickets, way, writes};
use crate::lab::Trial;
use crate::lab::sample::{self, DrawnFrom, Sampled, Sampling};
use crate::office::random;
use crate::plural::{are, count};
use crate::{Kind, Output, Result};

/// Runs it; returns the exit code.
pub(super) fn sample(
    arguments: &ProveArgs,
    samples: u64,
    trial: Trial,
    mut picture: Option<Output>,
    screen: &Screen,
) -> Result<u8> {
    let trial = Trial {
        // With fewer tickets than buyers a buyer that finds none left stops early, and hides what it does.
        stock: arguments.how.stock.unwrap_or(arguments.users.into()),
        ..trial
    };
    let sampling = sampling(arguments, samples)?;
    let mut progress = SearchProgress::new("race prove", screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let done = sample::sample(&trial, sampling, &mut told).and_then(|sampled| {
        let first = sampled.found.first.clone();
        let smallest = first.map(|run| Pictured::of(&trial, run, &mut told));
        Ok((sampled, smallest.transpose()?))
    });
    let (drawn, smallest) = match progress.done(done)? {
        Ok(done) => done,
        Err(code) => return Ok(code),
    };
    if let Some(smallest) = &smallest {
        smallest.save(picture.as_mut())?;
    }
    let document = SampleDocument::of(&trial, sampling, &drawn, smallest.as_ref());
    screen.result(&document, |out| {
        let (buyers, tickets) = (buyers(trial.users), tickets(trial.stock, trial.stock));
        let text = format!("{buyers}, {tickets}, {}", way(&trial));
        run::wrapped(out, &text, 0)?;
        writeln!(out)?;
        told_of(out, &trial, sampling, &drawn)?;
        counted(out, &trial, &drawn, arguments.how.stock)?;
        let Some(smallest) = &smallest else {
            advice::too_few(out, &trial, Some(trial.stock))?;
            advice::not_met(out, &trial, sampling.depth)?;
            return run::undrawn(out, picture.as_ref());
        };
        smallest.introduce(out, "the smallest of those drawn")?;
        smallest.draw(out)?;
        run::found_in(out, &smallest.run.verdict.findings)?;
        advice(out, smallest, arguments.users)?;
        run::drawn(out, picture.as_ref())
    });
    Ok(match drawn.found.bad {
        0 => 0,
        _ => Kind::Integrity.exit_code(),
    })
}

fn sampling(arguments: &ProveArgs, samples: u64) -> Result<Sampling> {
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => random()?.into(),
    };
    Ok(Sampling {
        samples,
        seed,
        depth: arguments.depth,
    })
}

fn told_of(
    out: &mut dyn Write,
    trial: &Trial,
    sampling: Sampling,
    sampled: &Sampled,
) -> io::Result<()> {
    let Sampling {
        samples,
        seed,
        depth,
    } = sampling;
    let (bad, different) = (sampled.found.bad, sampled.different);
    let of = match sampled.drawn {
        DrawnFrom::Classes(classes) => {
            let classes =
                classes.map_or_else(|| format!("{}!", trial.users), |many| many.to_string());
            format!(
                "{different} different ones of {classes} classes, each as likely as any other: no proof"
            )
        }
        DrawnFrom::Priorities { steps, bound } => format!(
            "{different} different ones, of how many is not known, drawn by priorities, so that some are likelier than \
             others: no proof. A mistake that needs {depth} steps in a certain order is met by one of them or more \
             with a chance of {}, 1 - (1 - 1/({} x {steps}^{}))^{samples}; of one that needs more steps nothing is said",
            chance(bound),
            trial.users,
            depth - 1,
        ),
    };
    let (label, style, none) = match bad {
        0 => ("unproven", FAINT, "none".to_owned()),
        bad => ("race", BAD, bad.to_string()),
    };
    let schedules = count(samples, "schedule");
    let are = are(bad);
    let text = format!("{none} of {schedules} drawn at random {are} bad; {of}");
    run::labelled(out, label, style, &text)?;
    let text = format!("{seed}: the same --seed draws the same schedules");
    run::labelled(out, "seed", FAINT, &text)
}

/// What the numbers are numbers of, beside those without samples. `asked`: the stock that was asked for.
fn counted(
    out: &mut dyn Write,
    trial: &Trial,
    sampled: &Sampled,
    asked: Option<u64>,
) -> io::Result<()> {
    let same = match sampled.drawn {
        DrawnFrom::Classes(_) => {
            "a class may be drawn more than once, and counts each time; without --samples each is run once"
        }
        DrawnFrom::Priorities { .. } => {
            "those that differ in any step are different here; without --samples those count as one that differ only \
             in the order of steps that touch different things, or in which of the buyers is which: these are more"
        }
    };
    let stock = match asked {
        None if trial.users > 1 => format!(
            ". Here there is a ticket for each buyer, {} of them; there the search begins with one",
            trial.stock
        ),
        _ => String::new(),
    };
    run::labelled(out, "count", FAINT, &format!("{same}{stock}"))
}

/// A chance, never more than it is, and certain never.
fn chance(bound: f64) -> String {
    let percent = (bound * 1000.0).floor() / 10.0;
    match bound {
        ..0.001 => format!("at least 1 in {:.0}", bound.recip().ceil()),
        _ if bound > 0.999 => "more than 99.9 %".to_owned(),
        _ => format!("at least {percent} %"),
    }
}

#[derive(Serialize)]
struct SampleDocument {
    ok: bool,
    command: &'static str,
    /// Never: not all schedules were run.
    proof: bool,
    users: usize,
    stock: u64,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    seed: u64,
    schedules: u64,
    /// How many of them were different.
    different: u64,
    /// Of how many classes, each as likely, where 64 bits hold that.
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depth: Option<u32>,
    /// The most steps of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<u64>,
    /// How likely a mistake of that depth is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<f64>,
    outcomes: usize,
    bad: u64,
    oversold: u64,
    /// Of those that were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<Shown>,
    /// Nothing was found, but more buyers or tickets are known to break it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fails_with: Option<FailsWith>,
}

impl SampleDocument {
    fn of(
        trial: &Trial,
        sampling: Sampling,
        sampled: &Sampled,
        smallest: Option<&Pictured>,
    ) -> Self {
        let found = &sampled.found;
        let (classes, priorities) = match sampled.drawn {
            DrawnFrom::Classes(classes) => (classes, None),
            DrawnFrom::Priorities { steps, bound } => (None, Some((steps, bound))),
        };
        Self {
            ok: found.bad == 0,
            command: "race prove",
            proof: false,
            users: trial.users,
            stock: trial.stock,
            lock: trial.lock.name(),
            writes: writes(trial),
            query: trial.query,
            seed: sampling.seed,
            schedules: found.schedules,
            different: sampled.different,
            classes,
            depth: priorities.map(|_| sampling.depth),
            steps: priorities.map(|(steps, _)| steps),
            bound: priorities.map(|(_, bound)| bound),
            outcomes: found.outcomes.len(),
            bad: found.bad,
            oversold: found.oversold,
            smallest: smallest.map(Pictured::shown),
            fails_with: FailsWith::beyond(trial).filter(|_| found.bad == 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_is_never_told_as_more_than_it_is() {
        for (bound, told) in [
            (1.0, "more than 99.9 %"),
            (0.999_99, "more than 99.9 %"),
            (0.998_99, "at least 99.8 %"),
            (0.1378, "at least 13.7 %"),
            (0.000_439, "at least 1 in 2278"),
        ] {
            assert_eq!(chance(bound), told, "{bound}");
        }
    }
}
