//! A count that is published late, or of which nobody knows when it came, in words.

use super::super::late::{missed, standing};
use super::situation::Situation;
use super::state::PageStep;

/// That the count says something else in the end than after the last step, of which no step tells; `None` where it does not.
pub(super) fn unknown_end(situation: &Situation<'_>, number: u64) -> Option<(PageStep, usize)> {
    let timeline = situation.timeline();
    let stands = standing(timeline).filter(|stands| *stands != situation.told)?;
    let step = PageStep {
        number,
        does: format!("in the end the count says {}", situation.version(stands)),
        why: format!(
            "What was written last, as far as is known, is {}. Who put this count over that one, and when, is not known.",
            situation.version(situation.told)
        ),
        ..PageStep::default()
    };
    Some((step, stands))
}

impl Situation<'_> {
    /// That a count is put over a newer one, and whose sales it misses.
    pub(super) fn published_late(&self) -> String {
        let versions = &self.timeline().versions;
        let missed = missed(self.timeline(), &self.scene.effects)
            .into_iter()
            .rev();
        let writers = missed.filter_map(|newer| versions.get(newer)?.writer);
        let lanes: Vec<usize> = writers.map(|spot| spot.lane).collect();
        let told = match lanes.len() {
            0 => String::new(),
            1 => format!(" The sale of {} is not in it.", self.names(&lanes)),
            _ => format!(" The sales of {} are not in it.", self.names(&lanes)),
        };
        format!(
            "Its sale was written before. Its count comes only by now, and replaces a newer one, which said {}.{told}",
            self.version(self.latest)
        )
    }
}
