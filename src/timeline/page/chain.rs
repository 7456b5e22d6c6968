//! The chain of a count: the versions that it grew from, whose sales it has. Known only as far as it is known what each of
//! them had read.

use super::super::model::{Time, Timeline, Unsure};
use super::situation::Situation;

/// Which of these versions are not on the chain of a count, and so are missing from it. Of those nothing is said from which on
/// it is not known what the chain grew from.
pub(super) fn missing(timeline: &Timeline, count: usize, versions: &[usize]) -> Vec<usize> {
    let Some(first) = versions.iter().copied().min() else {
        return Vec::new();
    };
    let mut on = vec![count];
    let mut at = count;
    while at > first {
        let Some(parent) = known_parent(timeline, at) else {
            break;
        };
        on.push(parent);
        at = parent;
    }
    let known = versions.iter().copied().filter(|one| {
        // What comes behind the count was written after it.
        (at..=count).contains(one) && !on.contains(one) && !is_unsure(timeline, *one)
    });
    known.collect()
}

/// The versions that one count has and another lacks, in the order in which they were written; `None`: that is not known.
fn lacking(timeline: &Timeline, count: usize, other: usize) -> Option<Vec<usize>> {
    let (mut has, mut lacks) = (count, other);
    let mut gone = Vec::new();
    while has != lacks {
        if has > lacks {
            if is_unsure(timeline, has) {
                return None;
            }
            gone.push(has);
            has = known_parent(timeline, has)?;
        } else {
            lacks = known_parent(timeline, lacks)?;
        }
    }
    gone.reverse();
    Some(gone)
}

/// What a version grew from, where nothing else is possible.
fn known_parent(timeline: &Timeline, version: usize) -> Option<usize> {
    let one = timeline.versions.get(version)?;
    let parent = timeline.parent(version)?;
    one.others.is_empty().then_some(parent)
}

/// Whether nothing is said of a version, since another order of the writes may be the right one.
fn is_unsure(timeline: &Timeline, version: usize) -> bool {
    let one = timeline.versions.get(version);
    one.is_none_or(|one| one.unordered || one.unsure != Unsure::Nothing)
}

impl Situation<'_> {
    /// Which of the lines of the ledger from a place on are not in the count: of a ledger that the count follows, not in what
    /// it says.
    pub(super) fn missing_lines(&self, from: usize) -> Vec<usize> {
        let lines = (from..self.lines).filter_map(|at| Some((at, self.sales.version_at(at)?)));
        let lines: Vec<(usize, usize)> = lines.collect();
        let versions: Vec<usize> = lines.iter().map(|(_, version)| *version).collect();
        let count = self.late.unwrap_or(self.latest);
        let missing = missing(self.timeline(), count, &versions);
        let lines = lines.into_iter().filter(|one| missing.contains(&one.1));
        lines.map(|(at, _)| at).collect()
    }

    /// Whose sales the count has and a version lacks that grows from an older one.
    pub(super) fn writes_over(&self, version: usize) -> Vec<usize> {
        let timeline = self.timeline();
        let gone = lacking(timeline, self.latest, version).unwrap_or_default();
        let writers = gone
            .into_iter()
            .filter_map(|one| timeline.versions.get(one)?.writer);
        let mut lanes: Vec<usize> = Vec::new();
        for writer in writers {
            if !lanes.contains(&writer.lane) {
                lanes.push(writer.lane);
            }
        }
        lanes
    }

    /// That their sales are not in the count any more with a write.
    pub(super) fn gone(&self, lanes: &[usize]) -> String {
        let names = self.names(lanes);
        let is_one = lanes.len() == 1;
        let (sales, are) = if is_one {
            ("sale", "is")
        } else {
            ("sales", "are")
        };
        match self.timeline().time {
            Time::Steps if is_one => {
                format!(
                    " The sale of {names} is gone from the count, and its buyer keeps the ticket."
                )
            }
            Time::Steps => {
                format!(
                    " The sales of {names} are gone from the count, and their buyers keep the tickets."
                )
            }
            Time::Nanoseconds => format!(" The {sales} of {names} {are} not in that."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::model::DrawnVersion;
    use super::*;

    /// Versions that grew from these, in the order of their writes.
    fn written(parents: &[Option<usize>]) -> Timeline {
        let versions = parents.iter().map(|parent| DrawnVersion {
            parent: *parent,
            ..DrawnVersion::first(1, 9)
        });
        Timeline {
            versions: versions.collect(),
            ..Timeline::default()
        }
    }

    #[test]
    fn what_a_count_did_not_grow_from_is_missing_from_it() {
        // 1 and 2 by version 0, 3 by 1.
        let run = written(&[None, Some(0), Some(0), Some(1)]);
        let all = |count: usize| missing(&run, count, &[1, 2, 3]);
        assert_eq!([all(1), all(2), all(3)], [vec![], vec![1], vec![2]]);
        assert_eq!(lacking(&run, 1, 0), Some(vec![1]));
        assert_eq!(lacking(&run, 3, 2), Some(vec![1, 3]));
        assert_eq!(lacking(&run, 3, 1), Some(vec![3]));
    }

    #[test]
    fn of_what_nobody_knows_nothing_is_missing() {
        // What 3 grew from is not known.
        let run = written(&[None, Some(0), Some(1), None, Some(3), Some(3)]);
        assert_eq!(missing(&run, 5, &[1, 2, 3, 4, 5]), [4]);
        assert_eq!(lacking(&run, 5, 2), None);
        let mut doubtful = run.clone();
        doubtful.versions[4].unordered = true;
        assert!(missing(&doubtful, 5, &[4]).is_empty());
    }
}
