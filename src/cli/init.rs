//! `tickets init`: a new event.

use std::path::Path;

use serde::Serialize;

use super::args::InitArgs;
use super::screen::{GOOD, Screen};
use super::settings::{changed, past_end, times};
use crate::office::EventSettings;
use crate::{BoxOffice, Result, shown};

pub(super) fn init(file: &Path, arguments: &InitArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let event = changed(EventSettings::default(), &arguments.settings);
    if arguments.group {
        office.init_for_group(arguments.stock, &event)?;
    } else {
        office.init(arguments.stock, &event)?;
    }
    let document = InitDocument {
        ok: true,
        command: "init",
        event: &event,
        left: arguments.stock,
        warning: past_end(&event, screen),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return writeln!(out, "{}", document.left);
        }
        let name = shown(&file.display().to_string());
        writeln!(out, "{GOOD}made{GOOD:#}  {name}")?;
        writeln!(out, "{} left", document.left)?;
        match times(&event) {
            Some(times) => writeln!(out, "{times}"),
            None => Ok(()),
        }
    });
    screen.warned(document.warning.as_deref());
    Ok(0)
}

#[derive(Serialize)]
struct InitDocument<'a> {
    ok: bool,
    command: &'static str,
    event: &'a EventSettings,
    left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}
