//! What a rush came to: the JSON contract of `tickets buy`.

use std::time::Duration;

use serde::Serialize;

pub use super::buyer_outcome::{BuyerOutcome, BuyerReport};
use super::outcomes::Outcomes;
pub use super::recorded::Recorded;
use super::settings::Rush;
use crate::check::final_state::StateFinding;
use crate::ledger::LockKind;

/// Whether anything went wrong between the buyers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Nothing was found.
    Safe,
    /// Something was.
    Race,
}

/// What a rush came to.
#[derive(Debug, Clone, Serialize)]
pub struct RushReport {
    /// How many buyers there were.
    pub users: u32,
    /// The lock they took.
    pub lock: LockKind,
    /// `processes` or `threads`.
    pub mode: &'static str,
    /// Each buyer's think time, as a range.
    pub think: String,
    /// How many tickets each wanted.
    pub quantity: u64,
    /// What decided the think times.
    pub seed: u64,
    /// The run's id, which its ledger lines carry.
    pub rush: String,
    /// How many were left before.
    pub stock: u64,
    /// How many tickets the ledger says were sold.
    pub sold: u64,
    /// How many buyers found too few left.
    pub refused: u32,
    /// How many buyers could not buy, or died.
    pub failed: u32,
    /// How many are left, as `tickets.json` says; `null` when it cannot be read.
    pub left: Option<u64>,
    /// How many were sold that did not exist.
    pub oversold: u64,
    /// Of the sales that wrote one version all but one, for every version that several wrote.
    pub lost_updates: u64,
    /// Whether anything was found, on disk or in the evidence.
    pub verdict: Judgement,
    /// Whether nobody wrote before everybody had read.
    #[serde(skip)]
    pub together: bool,
    /// Whether it was forced, without a lock that keeps others out, on an event that is for real.
    #[serde(skip)]
    pub endangered: bool,
    /// What was found: on disk, then what only the evidence shows.
    pub findings: Vec<StateFinding>,
    /// Why `tickets.json` does not show all that was sold: it could not be written. The sales stand on the
    /// ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpublished: Option<String>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// From the release of the start barrier to the last outcome, in microseconds.
    pub elapsed_us: u64,
    /// What its evidence shows, if some was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Recorded>,
    /// Every buyer.
    pub buyers: Vec<BuyerReport>,
}

impl RushReport {
    /// The exit code of the command: 6 for a race, 130 when interrupted, 5 when a buyer did not get
    /// the lock in time, 1 when one failed otherwise, the count could not be written, or the evidence is not
    /// whole, else 0.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let failed_as = |wanted: &str| {
            let failed = |buyer: &BuyerReport| matches!(&buyer.outcome, BuyerOutcome::Failed { code, .. } if code == wanted);
            self.buyers.iter().any(failed)
        };
        if self.verdict == Judgement::Race || failed_as("integrity") {
            6
        } else if self.interrupted {
            130
        } else if failed_as("busy") {
            5
        } else {
            let recorded = self.evidence.as_ref();
            let is_broken = recorded.is_some_and(|recorded| recorded.error.is_some());
            u8::from(self.failed > 0 || is_broken || self.unpublished.is_some())
        }
    }
}

/// Writes the report.
pub(super) fn write(
    rush: &Rush,
    run: String,
    buyers: Vec<BuyerReport>,
    after: &Outcomes,
    elapsed: Duration,
    interrupted: bool,
    evidence: Option<Recorded>,
) -> RushReport {
    let verdict = &after.judged;
    let mut findings = verdict.findings.clone();
    if let Some(recorded) = &evidence {
        findings.extend(recorded.beyond(&verdict.findings));
    }
    let count = |of: fn(&BuyerOutcome) -> bool| {
        buyers.iter().filter(|buyer| of(&buyer.outcome)).count() as u32
    };
    RushReport {
        users: rush.users,
        lock: rush.lock,
        mode: if rush.threads { "threads" } else { "processes" },
        think: rush.think.to_string(),
        together: rush.together,
        endangered: after.endangered,
        quantity: rush.quantity,
        seed: rush.seed,
        rush: run,
        stock: after.stock,
        sold: verdict.sold,
        refused: count(|outcome| matches!(outcome, BuyerOutcome::Refused { .. })),
        failed: count(|outcome| matches!(outcome, BuyerOutcome::Failed { .. })),
        left: verdict.left,
        oversold: verdict.oversold,
        lost_updates: verdict.lost_updates,
        verdict: if findings.is_empty() {
            Judgement::Safe
        } else {
            Judgement::Race
        },
        findings,
        unpublished: after.unpublished(&buyers).map(str::to_owned),
        interrupted,
        elapsed_us: elapsed.as_micros() as u64,
        evidence,
        buyers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Kind};

    fn report(codes: &[&str]) -> RushReport {
        let failed = |code: &&str| BuyerReport {
            name: "user-1".to_owned(),
            outcome: BuyerOutcome::Failed {
                code: (*code).to_owned(),
                message: String::new(),
            },
        };
        RushReport {
            users: 2,
            lock: LockKind::None,
            mode: "processes",
            think: String::new(),
            quantity: 1,
            seed: 0,
            rush: String::new(),
            stock: 2,
            sold: 0,
            refused: 0,
            failed: codes.len() as u32,
            left: Some(2),
            oversold: 0,
            lost_updates: 0,
            verdict: Judgement::Safe,
            together: false,
            endangered: false,
            findings: Vec::new(),
            unpublished: None,
            interrupted: false,
            elapsed_us: 0,
            evidence: None,
            buyers: codes.iter().map(failed).collect(),
        }
    }

    fn recorded() -> Recorded {
        let broken = Recorded::broken(None, &Error::new(Kind::Io, "no room"));
        Recorded {
            error: None,
            ..broken
        }
    }

    /// A race before an interrupt, that before a lock that was not had, that before any other failure.
    #[test]
    fn the_gravest_thing_decides_the_exit_code() {
        for (codes, code) in [
            (&[][..], 0),
            (&["died"], 1),
            (&["outcome_unknown"], 1),
            (&["busy"], 5),
            (&["died", "busy"], 5),
            (&["integrity"], 6),
            (&["busy", "integrity"], 6),
        ] {
            assert_eq!(report(codes).exit_code(), code, "{codes:?}");
            let interrupted = RushReport {
                interrupted: true,
                ..report(codes)
            };
            let expected = if code == 6 { 6 } else { 130 };
            assert_eq!(interrupted.exit_code(), expected, "{codes:?}, interrupted");
            let race = RushReport {
                verdict: Judgement::Race,
                ..interrupted
            };
            assert_eq!(race.exit_code(), 6, "{codes:?}, a race");
        }
    }

    #[test]
    fn what_could_not_be_written_is_a_failure() {
        let with = |evidence, unpublished: Option<&str>| RushReport {
            evidence,
            unpublished: unpublished.map(str::to_owned),
            ..report(&[])
        };
        assert_eq!(with(Some(recorded()), None).exit_code(), 0);
        assert_eq!(with(None, Some("read-only")).exit_code(), 1);
        let error = Error::new(Kind::Io, "no room");
        let broken = Recorded::broken(None, &error);
        assert_eq!(with(Some(broken), None).exit_code(), 1);
    }
}
