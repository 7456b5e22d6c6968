//! Whether the lab can see: known-broken ways of selling must yield every anomaly that they are known for,
//! the sound one none, and every step must be stopped at. A lab that found nothing because it saw nothing
//! would call everything safe.

use std::path::{Path, PathBuf};

use super::explore::{Search, explore};
use super::protocol::Point;
use super::run::Trial;
use crate::check::Anomaly;
use crate::error::Result;
use crate::ledger::LockKind;
use crate::office::Writes;

/// What a way of selling is known for.
#[derive(Debug, Clone, Copy)]
struct Known {
    lock: LockKind,
    writes: Writes,
    query: bool,
    users: usize,
    stock: u64,
    anomalies: &'static [Anomaly],
    points: &'static [Point],
}

const LOST: &[Anomaly] = &[
    Anomaly::Oversold,
    Anomaly::LostUpdate,
    Anomaly::Conservation,
];

const KNOWN: [Known; 6] = [
    Known {
        lock: LockKind::None,
        writes: Writes::Replace,
        query: false,
        users: 2,
        stock: 1,
        anomalies: LOST,
        points: &[Point::Read, Point::Write],
    },
    Known {
        lock: LockKind::Shared,
        writes: Writes::Replace,
        query: false,
        users: 2,
        stock: 1,
        anomalies: LOST,
        points: &[Point::Lock, Point::Read, Point::Write],
    },
    Known {
        lock: LockKind::DataFile,
        writes: Writes::Replace,
        query: false,
        users: 3,
        stock: 2,
        anomalies: LOST,
        points: &[Point::Lock, Point::Read, Point::Write],
    },
    Known {
        lock: LockKind::WriteOnly,
        writes: Writes::Replace,
        query: false,
        users: 2,
        stock: 1,
        anomalies: LOST,
        points: &[Point::Read, Point::Lock, Point::Write],
    },
    Known {
        lock: LockKind::Exclusive,
        writes: Writes::InPlace,
        query: true,
        users: 2,
        stock: 1,
        anomalies: &[Anomaly::TornRead],
        points: &[
            Point::Query,
            Point::Lock,
            Point::Read,
            Point::Write,
            Point::Fill,
        ],
    },
    Known {
        lock: LockKind::Exclusive,
        writes: Writes::Replace,
        query: true,
        users: 3,
        stock: 2,
        anomalies: &[],
        points: &[
            Point::Query,
            Point::Lock,
            Point::Read,
            Point::Write,
            Point::Unlock,
            Point::Publish,
        ],
    },
];

/// What came of one known way of selling.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Which.
    pub trial: Trial,
    /// How many schedules were run.
    pub schedules: u64,
    /// The anomalies that were found.
    pub found: Vec<Anomaly>,
    /// Those that should have been found, and were not.
    pub missed: Vec<Anomaly>,
    /// Those that were found, and should not have been.
    pub invented: Vec<Anomaly>,
    /// The steps that nobody was stopped at.
    pub unseen: Vec<Point>,
}

impl Checked {
    /// Whether it is as it is known to be.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.missed.is_empty() && self.invented.is_empty() && self.unseen.is_empty()
    }
}

/// Tries each known way of selling, and adds what came of it.
///
/// # Errors
/// As [`explore`].
pub fn selfcheck(
    program: &Path,
    place: Option<&PathBuf>,
    progress: &mut dyn FnMut(u64) -> bool,
    checked: &mut Vec<Checked>,
) -> Result<()> {
    let mut check = |known: Known| -> Result<Checked> {
        let trial = Trial {
            users: known.users,
            stock: known.stock,
            lock: known.lock,
            writes: known.writes,
            query: known.query,
            crashes: false,
            second_name: false,
            scenario: None,
            place: place.cloned(),
            program: program.to_owned(),
        };
        let found = explore(&trial, Search::Reduced, progress)?;
        let missed = known.anomalies.iter().copied();
        let unseen = known.points.iter().copied();
        Ok(Checked {
            trial,
            schedules: found.schedules,
            missed: missed
                .filter(|kind| !found.anomalies.contains(kind))
                .collect(),
            invented: match known.anomalies {
                [] => found.anomalies.iter().copied().collect(),
                _ => Vec::new(),
            },
            unseen: unseen
                .filter(|point| !found.points.contains(point))
                .collect(),
            found: found.anomalies.into_iter().collect(),
        })
    };
    for known in KNOWN {
        checked.push(check(known)?);
    }
    Ok(())
}
