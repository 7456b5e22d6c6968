//! `tickets race prove --scenario` and `race scenarios`: commands that can race on one event.

use std::io::{self, Write};

use serde::Serialize;

use super::super::args::{ProveArgs, TrialArgs};
use super::super::process::program;
use super::super::screen::{BAD, FAINT, GOOD, Screen};
use super::advice;
use super::document::Shown;
use super::progress::SearchProgress;
use super::run::{self, Pictured};
use crate::lab::explore::{Explored, Search, explore, smallest};
use crate::lab::{MAX_PROCESSES, Scenario, Trial};
use crate::office::Writes;
use crate::{Error, Kind, LockKind, Result};

/// Runs every schedule of it; returns the exit code.
pub(super) fn prove(arguments: &ProveArgs, scenario: Scenario, screen: &Screen) -> Result<u8> {
    if arguments.samples.is_some() {
        let why = "all schedules of a scenario are run, for there are few";
        return Err(no_use("--samples", why));
    }
    let trial = trial(&arguments.how, scenario, arguments.users.into())?;
    let mut progress = SearchProgress::new("race prove", screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let done = search(&trial, &mut told);
    let (found, smallest) = match progress.done(done)? {
        Ok(done) => done,
        Err(code) => return Ok(code),
    };
    let document = ScenarioDocument::of(&trial, scenario, &found, smallest.as_ref());
    screen.result(&document, |out| {
        introduced(out, &trial, scenario)?;
        writeln!(out)?;
        proved(out, &found, scenario)?;
        let Some(smallest) = &smallest else {
            return Ok(());
        };
        smallest.introduce_smallest(out, trial.users)?;
        smallest.draw(out)?;
        run::found_in(out, &smallest.run.verdict.findings)?;
        writeln!(out)?;
        advice::again(out, &smallest.trial, &smallest.run)
    });
    Ok(match found.bad {
        0 => 0,
        _ => Kind::Integrity.exit_code(),
    })
}

/// Every schedule, and the smallest that is bad.
fn search(
    trial: &Trial,
    told: &mut dyn FnMut(u64) -> bool,
) -> Result<(Explored, Option<Pictured>)> {
    let found = explore(trial, Search::Reduced, told)?;
    if found.bad == 0 {
        return Ok((found, None));
    }
    let run = smallest(trial, told)?;
    let pictured = run.map(|run| Pictured::of(trial, run, told)).transpose()?;
    Ok((found, pictured))
}

/// What is to be tried.
pub(super) fn trial(how: &TrialArgs, scenario: Scenario, users: usize) -> Result<Trial> {
    let given = [
        (
            how.stock.is_some(),
            "--stock",
            "a scenario has tickets of its own",
        ),
        (
            how.lock.is_some() || Writes::from(how.writes) == Writes::InPlace,
            "--lock and --writes",
            "its commands are those of real sales, which take the exclusive lock and replace the count",
        ),
        (
            how.query,
            "--query",
            "its commands look outside the lock where they always do",
        ),
        (
            how.timeline.is_some(),
            "--timeline",
            "a picture is of buyers who buy one ticket each; its steps are shown here",
        ),
    ];
    if let Some((_, option, why)) = given.into_iter().find(|(given, ..)| *given) {
        return Err(no_use(option, why));
    }
    if !(1..=MAX_PROCESSES).contains(&users) {
        let message = format!("a scenario has up to {MAX_PROCESSES} processes, not {users}");
        return Err(Error::new(Kind::Usage, message)
            .hint("--users 2 is the pair that races, --users 3 one more of either side"));
    }
    Ok(Trial {
        users,
        stock: scenario.stock(),
        lock: LockKind::Exclusive,
        writes: Writes::Replace,
        query: false,
        crashes: how.crashes,
        second_name: how.second_name,
        scenario: Some(scenario),
        place: how.place.clone(),
        program: program()?,
    })
}

fn no_use(option: &str, why: &str) -> Error {
    let message = format!("--scenario has no use for {option}: {why}");
    Error::new(Kind::Usage, message).hint("'tickets race scenarios' says what each of them does")
}

/// What happens, and who does what.
pub(super) fn introduced(out: &mut dyn Write, trial: &Trial, scenario: Scenario) -> io::Result<()> {
    let more = if trial.crashes {
        "; any may be killed"
    } else {
        ""
    };
    let text = format!("{}: {}{more}", scenario.name(), scenario.about());
    run::wrapped(out, &text, 0)?;
    for (number, command) in (1..=trial.users).zip(scenario.commands()) {
        writeln!(out, "  {FAINT}user-{number}{FAINT:#}  tickets {command}")?;
    }
    Ok(())
}

fn proved(out: &mut dyn Write, found: &Explored, scenario: Scenario) -> io::Result<()> {
    let Explored { schedules, bad, .. } = found;
    let outcomes = match found.outcomes.len() {
        1 => "1 outcome".to_owned(),
        many => format!("{many} different outcomes"),
    };
    if *bad == 0 {
        let promise = scenario.promise();
        let are = if *schedules == 1 {
            "schedule is"
        } else {
            "schedules are"
        };
        let text = format!("{schedules} of {schedules} {are} right, with {outcomes}: {promise}");
        run::labelled(out, "safe", GOOD, &text)?;
        return run::counted(out, None);
    }
    let are = if *bad == 1 { "is" } else { "are" };
    let text = format!("{bad} of {schedules} schedules {are} bad; {outcomes}");
    run::labelled(out, "race", BAD, &text)?;
    run::counted(out, None)
}

/// Lists them; returns the exit code.
pub(super) fn list(screen: &Screen) -> u8 {
    let document = ListDocument {
        ok: true,
        command: "race scenarios",
        scenarios: Scenario::ALL.map(ListedScenario::of),
    };
    screen.result(&document, |out| {
        for (at, scenario) in Scenario::ALL.into_iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            run::labelled(out, scenario.name(), GOOD, scenario.about())?;
            let [first, second, third] = scenario.commands();
            let commands = format!("{first} | {second}; a third: {third}");
            run::labelled(out, "  runs", FAINT, &commands)?;
            run::labelled(out, "  must", FAINT, scenario.promise())?;
        }
        Ok(())
    });
    0
}

#[derive(Serialize)]
struct ListDocument {
    ok: bool,
    command: &'static str,
    scenarios: [ListedScenario; Scenario::ALL.len()],
}

#[derive(Serialize)]
struct ListedScenario {
    name: &'static str,
    about: &'static str,
    promise: &'static str,
    /// Of the pair, and of a third process.
    commands: [String; MAX_PROCESSES],
}

impl ListedScenario {
    fn of(scenario: Scenario) -> Self {
        Self {
            name: scenario.name(),
            about: scenario.about(),
            promise: scenario.promise(),
            commands: scenario.commands(),
        }
    }
}

#[derive(Serialize)]
struct ScenarioDocument {
    ok: bool,
    command: &'static str,
    /// Every schedule was run, but for those that cannot differ from one that was.
    proof: bool,
    scenario: &'static str,
    users: usize,
    commands: Vec<String>,
    crashes: bool,
    schedules: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<u64>,
    outcomes: usize,
    bad: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<Shown>,
}

impl ScenarioDocument {
    fn of(
        trial: &Trial,
        scenario: Scenario,
        found: &Explored,
        smallest: Option<&Pictured>,
    ) -> Self {
        Self {
            ok: found.bad == 0,
            command: "race prove",
            proof: true,
            scenario: scenario.name(),
            users: trial.users,
            commands: scenario.commands().into_iter().take(trial.users).collect(),
            crashes: trial.crashes,
            schedules: found.schedules,
            classes: found.classes,
            outcomes: found.outcomes.len(),
            bad: found.bad,
            smallest: smallest.map(Pictured::shown),
        }
    }
}
