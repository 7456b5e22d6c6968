//! Where somebody is struck.

use crate::strace::Point;

/// The calls at which the second of two is killed.
pub(super) const CHANGES: [&str; 5] = ["pwrite64", "write", "fdatasync", "fsync", "renameat2"];

/// In a slice, of the points every so manyth.
pub(super) const STRIDE: usize = 11;

/// Killed anywhere; every sync and write fails.
pub(super) fn faults(points: &[Point]) -> Vec<(String, &Point)> {
    let mut faults = Vec::new();
    for point in points {
        faults.push((format!("signal=SIGKILL:when={}", point.n), point));
        if ["fsync", "fdatasync", "pwrite64", "write"].contains(&point.call.as_str()) {
            faults.push((format!("error=EIO:when={}", point.n), point));
        }
    }
    faults
}
