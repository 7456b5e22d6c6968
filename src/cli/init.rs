//! `tickets init`: a new event.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde::Serialize;

use super::args::InitArgs;
use super::hint::quoted;
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
    let closed = arguments.group.then(|| closed_to_group(file)).flatten();
    let warnings: Vec<String> = closed.into_iter().chain(past_end(&event, screen)).collect();
    let document = InitDocument {
        ok: true,
        command: "init",
        event: &event,
        left: arguments.stock,
        warning: (!warnings.is_empty()).then(|| warnings.join("; ")),
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

/// That the group may write the files, and not replace them: whoever sells makes files beside them.
fn closed_to_group(file: &Path) -> Option<String> {
    let parent = file.parent().filter(|it| !it.as_os_str().is_empty());
    let place = parent.unwrap_or(Path::new("."));
    let mode = fs::metadata(place).ok()?.permissions().mode();
    (mode & 0o030 != 0o030).then(|| {
        let place = quoted(place.as_os_str());
        format!(
            "others of the group cannot sell: its directory is not group-writable, until 'chmod g+ws {place}'"
        )
    })
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
