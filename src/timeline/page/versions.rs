//! What is said of the versions and the sales of a run at a moment.

use super::super::model::Spot;
use super::super::operation::Sight;
use super::super::words::{short, thousands};
use super::ledger::NAME;
use super::situation::Situation;

impl Situation<'_> {
    /// Who has overwritten the sale of an operation by now.
    pub(super) fn overwriter(&self, place: Spot) -> Option<Spot> {
        let by = self.scene.overwriter(place)?;
        let wrote = self.timeline().operation(by)?.wrote?;
        (wrote <= self.latest).then_some(by)
    }

    /// What an operation has seen, for people.
    pub(super) fn seen(&self, read: Option<&Sight>) -> String {
        match read {
            Some(Sight::Version(version)) => self.version(*version),
            Some(Sight::OneOf(_, Some(left))) => format!("{} left", thousands(*left)),
            Some(Sight::OneOf(_, None)) => "one of several versions".to_owned(),
            Some(Sight::Torn(what)) => short(what, NAME),
            None => String::new(),
        }
    }

    /// A version, for people.
    pub(super) fn version(&self, at: usize) -> String {
        let Some(version) = self.timeline().versions.get(at) else {
            return String::new();
        };
        let called = self.called(at);
        match version.left {
            Some(left) => format!("{} left ({called})", thousands(left)),
            None => called,
        }
    }

    /// What a version is called: several writes may make one of a number, and who wrote it sets it off.
    fn called(&self, at: usize) -> String {
        let Some(version) = self.timeline().versions.get(at) else {
            return String::new();
        };
        match version.writer {
            Some(writer) => format!("version {} by {}", version.seq, self.name(writer.lane)),
            None => format!("version {}", version.seq),
        }
    }

    /// What a version says is left, for people; of one of which nobody says that, which it is.
    pub(super) fn says(&self, at: usize) -> String {
        self.left(at).unwrap_or_else(|| self.called(at))
    }

    /// How many a version says are left, for people.
    pub(super) fn left(&self, at: usize) -> Option<String> {
        let left = self.timeline().versions.get(at)?.left?;
        Some(format!("{} left", thousands(left)))
    }
}
