//! A run, for programs.

use serde::Serialize;

use crate::Error;
use crate::check::final_state::StateFinding;
use crate::lab::Class;
use crate::lab::odds::no_return;
use crate::lab::{Answer, Run, Trial, WorkerEnd};

/// A run: its name, its steps and what was found.
#[derive(Serialize)]
pub(super) struct Shown {
    /// Its class, where it has one, else its steps.
    schedule: String,
    /// Its steps.
    pub(super) grants: String,
    /// The command that shows it again.
    replay: String,
    users: usize,
    switches: usize,
    steps: Vec<StepShown>,
    /// What each process of a scenario was told, thing by thing; nothing where it came to no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<Vec<String>>>,
    sold: u64,
    left: Option<u64>,
    findings: Vec<StateFinding>,
    /// The chance of a bad end before the first step and after each, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    odds: Option<Vec<f64>>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) no_odds: Option<String>,
    /// After which step it is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_return: Option<usize>,
}

/// That the rest was stopped.
#[derive(Serialize)]
pub(super) struct Stopped {
    code: &'static str,
    message: String,
}

impl Stopped {
    pub(super) fn of(error: &Error) -> Self {
        Self {
            code: error.kind().code(),
            message: error.message().to_owned(),
        }
    }
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
    /// Its clock is past the time that it asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    late: bool,
}

/// What a process was told.
fn words(end: Option<&WorkerEnd>) -> Vec<String> {
    match end {
        Some(WorkerEnd::Answered { answers }) => {
            let words = answers.iter().map(Answer::word);
            words.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

impl Shown {
    pub(super) fn of(trial: &Trial, run: &Run, odds: Option<&[f64]>) -> Self {
        let users = run.ends.len();
        let steps = run.steps();
        let class = Class::of_run(trial, run);
        Self {
            schedule: class.map_or_else(|| steps.to_string(), |class| class.to_string()),
            users,
            switches: steps.switches(),
            grants: steps.to_string(),
            replay: super::command_line::replay(trial, run),
            steps: run
                .moves
                .iter()
                .map(|step| StepShown {
                    buyer: format!("user-{}", step.buyer + 1),
                    step: step.point.name(),
                    left: step.seen.map(|seen| seen.left).or(step.looked),
                    version: step.seen.map(|seen| seen.seq),
                    busy: step.busy,
                    killed: step.killed,
                    late: step.late,
                })
                .collect(),
            answers: trial
                .scenario
                .map(|_| run.ends.iter().map(|end| words(end.as_ref())).collect()),
            sold: run.verdict.sold,
            left: run.verdict.left,
            findings: run.verdict.findings.clone(),
            no_return: odds.and_then(no_return),
            odds: odds.map(<[f64]>::to_vec),
            no_odds: None,
        }
    }
}
