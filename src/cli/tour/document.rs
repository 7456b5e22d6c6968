//! The walk for programs.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::step::{SeenShow, SeenStep};

/// What was seen of the walk.
#[derive(Serialize)]
pub(super) struct TourDocument<'a> {
    /// Everything was as it is told.
    ok: bool,
    command: &'static str,
    steps: Vec<StepMember<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

#[derive(Serialize)]
struct StepMember<'a> {
    step: u8,
    name: &'a str,
    title: &'a str,
    as_told: bool,
    shows: Vec<ShowMember<'a>>,
    question: &'a str,
    answer: &'a str,
}

#[derive(Serialize)]
struct ShowMember<'a> {
    line: &'a str,
    /// What it must show.
    claim: &'a str,
    /// Whether it did.
    holds: bool,
    exit_code: u8,
    document: &'a Value,
    /// What was run in its place, where it came out right by luck.
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<Box<ShowMember<'a>>>,
}

impl<'a> ShowMember<'a> {
    fn of(seen: &'a SeenShow) -> Self {
        Self {
            line: &seen.line,
            claim: seen.show.claim,
            holds: seen.holds(),
            exit_code: seen.code,
            document: &seen.document,
            otherwise: seen
                .otherwise
                .as_deref()
                .map(|other| Box::new(Self::of(other))),
        }
    }
}

impl<'a> TourDocument<'a> {
    pub(super) fn of(seen: &'a [SeenStep], ok: bool, page: Option<&Path>) -> Self {
        let steps = seen.iter().map(|seen| StepMember {
            step: seen.number,
            name: seen.step.name,
            title: seen.step.title,
            as_told: seen.is_as_told(),
            shows: seen.shows.iter().map(ShowMember::of).collect(),
            question: seen.step.question,
            answer: seen.step.answer,
        });
        Self {
            ok,
            command: "race tour",
            steps: steps.collect(),
            page: page.map(|page| page.display().to_string()),
        }
    }
}
