//! What is said of versions and of the point of no return, in a picture and in a terminal.

use std::fmt::Write as _;

use super::model::{Time, Timeline};
use super::scene::Scene;
use super::tree_row::{VersionRun, What};
use super::words::{count, thousands};

/// What is said of the time from which on the chance is 1.
pub(super) fn no_return(timeline: &Timeline, time: u64) -> String {
    match timeline.time {
        Time::Steps if time > 0 => format!(
            "point of no return: step {}; from here on it must end badly",
            thousands(time)
        ),
        _ => "point of no return: from here on it must end badly".to_owned(),
    }
}

/// Versions in a row that are not shown, and what stands beside them.
fn run(run: VersionRun) -> (String, Option<String>) {
    let many = count(run.many, "version");
    let each = if run.many == 1 || run.vague {
        many
    } else {
        format!("{many}, each from the one before")
    };
    let beside = thousands(run.beside);
    let beside = match (run.beside, run.lost) {
        (0, _) => None,
        (_, true) => Some(format!("and {beside} overwritten")),
        (_, false) => Some(format!("and {beside} beside")),
    };
    (each, beside)
}

/// What a row of the tree says.
#[derive(Debug, Default)]
pub(super) struct VersionWords {
    /// What it is.
    pub(super) what: String,
    /// What becomes of it, right behind that.
    pub(super) fate: String,
    /// What is said of a fork behind both.
    pub(super) fork: Option<String>,
}

impl VersionWords {
    fn all_of(what: String) -> Self {
        Self {
            what,
            ..Self::default()
        }
    }
}

/// What a row of the tree says, with room for so many columns of a name.
pub(super) fn words_of(scene: &Scene<'_>, what: What, room: usize) -> VersionWords {
    let (timeline, tree) = (scene.timeline, &scene.tree);
    let version = match what {
        What::Version(version) => version,
        What::Run(versions) => {
            let (what, fork) = run(versions);
            return VersionWords {
                fork,
                ..VersionWords::all_of(what)
            };
        }
        What::Branches(many, lost) => {
            let end = if lost { ", overwritten" } else { "" };
            return VersionWords::all_of(format!("and {} more{end}", thousands(many)));
        }
        What::Rest(many) => {
            return VersionWords::all_of(format!("and {}", count(many, "more version")));
        }
    };
    let Some(known) = timeline.versions.get(version) else {
        return VersionWords::default();
    };
    let mut text = format!("version {}", known.seq);
    if let Some(left) = known.left {
        let _ = write!(text, ": {} left", thousands(left));
    }
    if let Some(writer) = known.writer {
        let _ = write!(text, ", by {}", scene.name(writer.lane, room));
    }
    let mut fate = String::from(if known.survived && timeline.unreadable {
        ", the last count; by now it cannot be read"
    } else if known.survived && known.doubtful {
        ", may stand in the end"
    } else if known.survived {
        ", stands in the end"
    } else if tree.is_lost(version) {
        ", overwritten"
    } else if tree.is_perhaps_lost(version) {
        ", perhaps overwritten"
    } else {
        ""
    });
    if !known.others.is_empty() {
        let parent = known.parent.filter(|parent| !known.others.contains(parent));
        let many = known.others.len() + usize::from(parent.is_some());
        if many > 1 {
            let many = thousands(many as u64);
            let _ = write!(fate, "; read one of {many}, not known which");
        }
    }
    let fork = match tree.branches(version) {
        (0 | 1, _) => None,
        (many, open) => {
            let more = if open { " or more" } else { "" };
            let many = thousands(many.into());
            Some(format!("fork: {many} sales{more} grew from it"))
        }
    };
    VersionWords {
        what: text,
        fate,
        fork,
    }
}
