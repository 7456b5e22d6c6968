//! What `tickets race prove` found, and its document.

use serde::Serialize;

use super::advice::FailsWith;
use super::document::Shown;
use super::run::Pictured;
use super::words::writes;
use crate::lab::Trial;
use crate::lab::explore::Explored;
use crate::plural::count;
use crate::timeline::Timeline;

/// What was proved: with the stock that was asked for, or with each from one ticket to one for each buyer, up
/// to the first with which something goes wrong.
pub(super) struct Proof {
    /// With the last stock that was tried.
    pub(super) trial: Trial,
    /// The first stock that the numbers are of.
    pub(super) from: u64,
    pub(super) found: Explored,
    pub(super) smallest: Option<Pictured>,
}

impl Proof {
    /// What is drawn of the smallest, with how many schedules it is one of. With fewer buyers it is none of those.
    pub(super) fn drawn(&self, smallest: &Pictured) -> Timeline {
        let mut timeline = smallest.timeline();
        if smallest.trial.users == self.trial.users {
            let schedules = count(self.found.schedules, "schedule");
            let among = format!("; one of {schedules}, {} of them bad", self.found.bad);
            timeline.subtitle.push_str(&among);
        }
        timeline
    }
}

#[derive(Serialize)]
pub(super) struct ProveDocument {
    ok: bool,
    command: &'static str,
    /// Every schedule was run, but for those that cannot differ from one that was.
    proof: bool,
    users: usize,
    /// None where several were tried: then `from_stock` and `to_stock` say which.
    stock: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_stock: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_stock: Option<u64>,
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
    pub(super) fn of(proof: &Proof) -> Self {
        let Proof { trial, found, .. } = proof;
        let is_several = proof.from != trial.stock;
        Self {
            ok: found.bad == 0,
            command: "race prove",
            proof: true,
            users: trial.users,
            stock: (!is_several).then_some(trial.stock),
            from_stock: is_several.then_some(proof.from),
            to_stock: is_several.then_some(trial.stock),
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
