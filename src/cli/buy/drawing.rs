//! The picture of a rush.

use crate::draw;
use crate::rush::Rush;
use crate::rush::report::RushReport;
use crate::timeline::{DrawnOutcome, Timeline};
use crate::{Error, Kind, LockKind, Output, Result};

use super::super::args::BuyArgs;
use super::super::picture;

/// The file for the picture, claimed before anything is sold.
pub(super) fn claim(arguments: &BuyArgs, rush: &Rush) -> Result<Option<Output>> {
    let output = picture::claim(arguments.timeline.as_deref(), &rush.file)?;
    if let (Some(output), Some(evidence)) = (&output, &arguments.evidence) {
        output.keep_apart(evidence, picture::NOT_EVIDENCE)?;
    }
    Ok(output)
}

/// Draws into the file; its path, as it was given.
pub(super) fn draw(mut output: Output, timeline: Option<&Timeline>) -> Result<String> {
    let Some(timeline) = timeline else {
        let message = "was not drawn: there is no evidence to draw";
        return Err(Error::new(Kind::Io, message).at(output.path(), 0, 0));
    };
    picture::draw(&mut output, timeline)?;
    Ok(output.path().display().to_string())
}

/// What was recorded, with a title; `None` where nothing was, or it could not be judged.
pub(super) fn timeline(rush: &Rush, report: &RushReport) -> Option<Timeline> {
    let recorded = report.evidence.as_ref()?;
    let (evidence, verdict) = recorded.judged.as_ref()?;
    Some(titled(draw::recorded(evidence, verdict), rush, report))
}

fn titled(timeline: Timeline, rush: &Rush, report: &RushReport) -> Timeline {
    let count = |many: u64, one: &str| format!("{many} {one}{}", if many == 1 { "" } else { "s" });
    let lock = match report.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let (buyers, tickets) = (
        count(report.users.into(), "buyer"),
        count(report.stock, "ticket"),
    );
    let together = if rush.together {
        ", nobody writes before all have read"
    } else {
        ""
    };
    // Where all read before anybody writes, those who buy write by one version, whoever goes on when.
    let is_certain = rush.together && bought(&timeline) > 1;
    let odds = is_certain.then(|| vec![(0, 1.0)]);
    Timeline {
        odds,
        title: format!("{buyers}, {tickets}, {lock}"),
        subtitle: format!(
            "{}, think {}, seed {}{together}",
            report.mode, report.think, report.seed
        ),
        ..timeline
    }
}

/// How many were told that they bought.
fn bought(timeline: &Timeline) -> usize {
    let all = timeline.lanes.iter().flat_map(|lane| &lane.operations);
    let all = all.filter(|one| matches!(one.outcome, Some(DrawnOutcome::Sold(_))));
    all.count()
}
