//! A rush while it runs: each buyer's steps, or a line that tells how far it is.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::screen::{BAD, FAINT, Screen};
use crate::rush::report::BuyerOutcome;
use crate::rush::{News, Rush};
use crate::shown;

/// A line on a terminal that tells how far a long or large rush is.
pub(super) fn progress_line(rush: &Rush, screen: &Screen, every_step: bool) -> ProgressBar {
    if screen.quiet || every_step {
        return ProgressBar::hidden();
    }
    let line = ProgressBar::new(rush.users.into());
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos} of {len} buyers done, {msg}, {elapsed}")
    {
        line.set_style(style);
    }
    line.enable_steady_tick(Duration::from_millis(250));
    line
}

pub(super) fn write_step(out: &mut dyn Write, news: &News<'_>) -> io::Result<()> {
    match news {
        News::Queried { buyer, left } => {
            writeln!(out, "{FAINT}{buyer} queried: {left} left{FAINT:#}")
        }
        News::Stopped { buyer } => {
            writeln!(out, "{FAINT}{buyer} has read, and is stopped{FAINT:#}")
        }
        News::GoesOn { buyer } => writeln!(out, "{FAINT}{buyer} goes on{FAINT:#}"),
        News::Done { buyer, outcome } => match outcome {
            BuyerOutcome::Sold {
                quantity,
                left,
                warning,
                ..
            } => {
                writeln!(out, "{buyer} bought {quantity}, {left} left")?;
                match warning {
                    Some(warning) => {
                        let warning = shown(warning);
                        writeln!(out, "  (the count does not show it yet: {warning})")
                    }
                    None => Ok(()),
                }
            }
            BuyerOutcome::Refused { left: 0 } => writeln!(out, "{buyer} found none left"),
            BuyerOutcome::Refused { left } => writeln!(out, "{buyer} found only {left} left"),
            BuyerOutcome::Failed { message, .. } => {
                writeln!(out, "{BAD}{buyer} failed{BAD:#}: {}", shown(message))
            }
        },
        _ => Ok(()),
    }
}
