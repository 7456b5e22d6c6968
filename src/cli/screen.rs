//! Printing: results on stdout, the rest on stderr, for people or as one JSON document.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::clock;
use super::error_document::{ErrorDocument, RowMember};
use super::hint::EventFlag;
use super::kept::KeptOutput;
use crate::error::told;
use crate::{Error, Kind, shown};

/// Red and bold: what went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Green and bold: what went right.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Faint: what is said beside it.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Where a command prints.
#[derive(Debug)]
pub(crate) struct Screen {
    /// One JSON document instead of text for people.
    pub(crate) json: bool,
    /// No more than the result.
    pub(crate) quiet: bool,
    /// Which event the hints name.
    event: EventFlag,
    /// The first failure to write the result.
    failure: RefCell<Option<io::Error>>,
    /// Whether a closed pipe is a failure.
    must_be_heard: Cell<bool>,
    /// What is kept instead of printed.
    kept: Option<RefCell<KeptOutput>>,
}

impl Screen {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self {
            json,
            quiet,
            event: EventFlag::default(),
            failure: RefCell::new(None),
            must_be_heard: Cell::new(false),
            kept: None,
        }
    }

    /// One that prints no result, and keeps it.
    pub(crate) fn keeping() -> Self {
        Self {
            kept: Some(RefCell::default()),
            ..Self::new(false, false)
        }
    }

    /// What it has kept.
    pub(crate) fn kept(self) -> KeptOutput {
        self.kept.unwrap_or_default().into_inner()
    }

    /// The same for a command on this event.
    pub(crate) fn of(self, event: EventFlag) -> Self {
        Self { event, ..self }
    }

    /// Makes one like this one in another thread.
    pub(crate) fn for_another_thread(&self) -> impl FnOnce() -> Self + Send + use<> {
        let (json, quiet, event) = (self.json, self.quiet, self.event.clone());
        move || Self::new(json, quiet).of(event)
    }

    /// A hint whose commands name the event as the caller did.
    pub(crate) fn hint(&self, hint: &str) -> String {
        self.event.hint(hint)
    }

    /// What stands behind `tickets` in a line for a shell: ` -f gig.json`, or nothing where no event was named.
    pub(crate) fn event_option(&self) -> &str {
        self.event.option()
    }

    /// A command line in quotes, that names the event so.
    pub(crate) fn command(&self, words: &str) -> String {
        self.event.command(words)
    }

    /// The result: the JSON document, or the text for people.
    pub(crate) fn result(
        &self,
        document: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) {
        if let Some(kept) = &self.kept {
            return self.note(kept.borrow_mut().result(document, text));
        }
        if self.json {
            let mut bytes = Vec::new();
            return match super::json::write(&mut bytes, document) {
                Ok(()) => self.bytes(&[&bytes[..], b"\n"].concat()),
                Err(error) => self.note(Err(error)),
            };
        }
        let mut out = anstream::stdout().lock();
        self.note(text(&mut out).and_then(|()| out.flush()));
    }

    /// The answer to a sale and the like: it is not enough that the reader has gone away.
    pub(crate) fn answer(
        &self,
        document: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) {
        self.must_be_heard.set(true);
        self.result(document, text);
    }

    /// A result that is bytes, in JSON too.
    pub(crate) fn bytes(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        self.written(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// How the result was written, by somebody else.
    pub(crate) fn written(&self, written: io::Result<()>) {
        self.note(written);
    }

    /// What was recovered on the way.
    pub(crate) fn notes(&self, notes: &[String]) {
        let mut err = anstream::stderr().lock();
        for note in notes.iter().filter(|_| !self.quiet) {
            let _ = writeln!(err, "{FAINT}note{FAINT:#}: {}", shown(note));
        }
    }

    /// The same also where no more than the result is wanted: a command that cron runs tells so what it put right.
    pub(crate) fn notes_always(&self, notes: &[String]) {
        Self::new(self.json, false).notes(notes);
    }

    /// What somebody should know before it happens.
    pub(crate) fn warning(text: &str) {
        let _ = writeln!(anstream::stderr().lock(), "{BAD}warning{BAD:#}: {text}");
    }

    /// The same of what was done; nothing in JSON, which says so itself.
    pub(crate) fn warned(&self, text: Option<&str>) {
        if let (Some(text), false) = (text, self.json) {
            Self::warning(text);
        }
    }

    /// That a sale stands, but the count does not show it yet.
    pub(crate) fn unpublished(&self, error: Option<&Error>) {
        if let (Some(error), false) = (error, self.json) {
            let mut err = anstream::stderr().lock();
            let hint = error.hint_text().map(|hint| self.hint(hint));
            let error = shown(&error.to_string());
            let _ = writeln!(
                err,
                "{BAD}warning{BAD:#}: it is on the ledger and stands, but the count does not show it \
                 yet: {error}"
            );
            if let Some(hint) = hint {
                let _ = writeln!(err, "{FAINT}hint{FAINT:#}: {}", shown(&hint));
            }
        }
    }

    /// A part of the result that comes before its end; nothing in JSON.
    pub(crate) fn line(&self, text: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if let Some(kept) = &self.kept {
            return self.note(kept.borrow_mut().line(text));
        }
        if !self.json {
            let mut out = anstream::stdout().lock();
            self.note(text(&mut out));
        }
    }

    /// An error: as JSON on stdout, with the count where that is known, or for people on stderr.
    pub(crate) fn error(&self, command: &str, error: &Error, left: Option<u64>) {
        self.told(
            &ErrorDocument::new(command, error, left, &self.event),
            error,
            &[],
        );
    }

    /// An error of which there are more: those that are told behind it, in words and for programs, and how many
    /// there are in all.
    pub(crate) fn error_of_rows(
        &self,
        command: &str,
        error: &Error,
        (words, rows): (&[String], &[RowMember<'_>]),
        all: usize,
    ) {
        let document = ErrorDocument::new(command, error, None, &self.event).of_rows(rows, all);
        self.told(&document, error, words);
    }

    fn told(&self, document: &ErrorDocument<'_>, error: &Error, more: &[String]) {
        if self.json || self.kept.is_some() {
            let text = format!("error: {}", shown(&error.to_string()));
            return self.result(document, |out| writeln!(out, "{text}"));
        }
        let mut err = anstream::stderr().lock();
        // Nothing can be done where even stderr is closed.
        let text = clock::all_here(&error.to_string());
        let _ = writeln!(err, "{BAD}error{BAD:#}: {}", shown(&text));
        for line in more {
            let _ = writeln!(err, "{BAD}error{BAD:#}: {}", shown(&clock::all_here(line)));
        }
        if let Some(hint) = error.hint_text() {
            let _ = writeln!(err, " {FAINT}hint{FAINT:#}: {}", shown(&self.hint(hint)));
        }
    }

    /// That the rest of a result was stopped, for people: JSON says so itself.
    pub(crate) fn stopped(&self, error: &Error) {
        if !self.json {
            let error = shown(&error.to_string());
            let _ = writeln!(anstream::stderr().lock(), "{BAD}stopped{BAD:#}: {error}");
        }
    }

    fn note(&self, written: io::Result<()>) {
        if let Err(error) = written {
            self.failure.borrow_mut().get_or_insert(error);
        }
    }

    /// The exit code: the command's, unless its result could not be written. A reader that closed the
    /// pipe has read enough.
    pub(crate) fn close(&self, code: u8) -> u8 {
        match self.failure.borrow().as_ref() {
            Some(error)
                if self.must_be_heard.get() || error.kind() != io::ErrorKind::BrokenPipe =>
            {
                let done = match code {
                    0 => "the command was carried out, but its",
                    _ => "the",
                };
                let _ = writeln!(
                    anstream::stderr().lock(),
                    "{BAD}error{BAD:#}: {done} result could not be written: {}",
                    told(error)
                );
                code.max(Kind::Io.exit_code())
            }
            _ => code,
        }
    }
}
