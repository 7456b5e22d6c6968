//! The steps of the walk, in their order.

use super::lease_steps::{ON_CLUSTER, RECORDED};
use super::lock_steps::LOCKS;
use super::race_steps::RACE;
use super::step::TourStep;

/// The steps with their numbers: the one on leases is of the cluster that is at hand, or of a run that was recorded.
pub(super) fn steps(cluster: Option<&str>) -> Vec<(u8, &'static TourStep)> {
    let lease = match cluster {
        Some(_) => &ON_CLUSTER,
        None => &RECORDED,
    };
    let all = RACE.iter().chain(&LOCKS).chain(std::iter::once(lease));
    (1..).zip(all).collect()
}
