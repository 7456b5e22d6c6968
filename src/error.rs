//! The one error type: what happened, where, and what to do about it. Knows nothing of who is told.

mod again;
mod kind;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use kind::Kind;

/// The result of everything in this library that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A position in a file, counted from 1; 0 where it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, or 0.
    pub line: u64,
    /// The column in bytes, from 1, or 0.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.line > 0 && self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// How many are held where too few are left, and when the next of them is due.
#[derive(Debug, Clone)]
struct HeldTickets {
    held: u64,
    due: Option<String>,
}

/// What a refusal is about, where its kind alone does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum About {
    #[default]
    Other,
    /// There is no such sale, or its key is another one.
    NoSuchSale,
    /// The key belongs to another order.
    KeyOfAnother,
    /// Only a seller may do it.
    SellersOnly,
    /// How many tickets this buyer has.
    BuyersTickets,
    /// The cluster that keeps the event cannot be reached, or has too few nodes left, and did nothing.
    Unreachable,
}

/// A failure: its kind, its message, the place in a file, and a hint.
#[derive(Debug, thiserror::Error)]
#[error("{}{message}", self.place_prefix())]
pub struct Error {
    kind: Kind,
    message: String,
    place: Option<Place>,
    hint: Option<Box<str>>,
    held: Option<Box<HeldTickets>>,
    about: About,
    #[source]
    source: Option<io::Error>,
}

impl Error {
    /// A failure of the given kind; the message says what happened.
    #[must_use]
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            place: None,
            hint: None,
            held: None,
            about: About::Other,
            source: None,
        }
    }

    /// What an [`Observer`](crate::office::Observer) returns to stop a purchase; `why` says so to people.
    #[must_use]
    pub fn interrupted(why: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, why)
    }

    /// An I/O error, with what was being done (as in "open") and to which file.
    #[must_use]
    pub(crate) fn io(doing: &str, file: &Path, source: io::Error) -> Self {
        let message = format!("could not {doing}: {}", told(&source));
        let mut error = Self::new(Kind::Io, message).at(file, 0, 0);
        error.source = Some(source);
        error
    }

    /// The same failure, with the place in a file.
    #[must_use]
    pub(crate) fn at(mut self, file: &Path, line: u64, column: u64) -> Self {
        self.place = Some(Place {
            file: file.to_path_buf(),
            line,
            column,
        });
        self
    }

    /// The same failure, with a hint: what to do. A command in it stands in single quotes, as
    /// `'tickets audit'`, and leaves the event out: the command line names the caller's.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into().into_boxed_str());
        self
    }

    /// The same failure, where so many are held, and when the next of them is due.
    #[must_use]
    pub(crate) fn held(mut self, held: u64, due: Option<&str>) -> Self {
        self.held = Some(Box::new(HeldTickets {
            held,
            due: due.map(str::to_owned),
        }));
        self
    }

    /// How many are held that are not due yet, where too few are left.
    #[must_use]
    pub fn held_tickets(&self) -> Option<u64> {
        self.held.as_ref().map(|tickets| tickets.held)
    }

    /// When the next hold is due, RFC 3339 in UTC.
    #[must_use]
    pub fn next_due(&self) -> Option<&str> {
        self.held.as_ref()?.due.as_deref()
    }

    /// The same failure, about this.
    #[must_use]
    pub(crate) fn about(mut self, about: About) -> Self {
        self.about = about;
        self
    }

    /// Whether a refusal is about this.
    #[cfg(feature = "serve")]
    pub(crate) fn is_about(&self, about: About) -> bool {
        self.about == about
    }

    /// Whether it is that there is no such sale, or that its key is another one.
    #[must_use]
    pub fn is_no_such_sale(&self) -> bool {
        self.about == About::NoSuchSale
    }

    /// Whether it is that the idempotency key belongs to another order.
    #[must_use]
    pub fn is_key_of_another(&self) -> bool {
        self.about == About::KeyOfAnother
    }

    /// The same failure as another kind.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same failure in other words.
    #[must_use]
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Whether it is that another program has a lease on the file: nothing was done, and it may be tried again.
    pub(crate) fn is_leased(&self) -> bool {
        let source = self.source.as_ref();
        source.is_some_and(|source| source.kind() == io::ErrorKind::WouldBlock)
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What happened, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it happened.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Whether it is that a file does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        let source = self.source.as_ref();
        source.is_some_and(|source| source.kind() == io::ErrorKind::NotFound)
    }

    /// Whether it is that this process may not do it.
    pub(crate) fn is_denied(&self) -> bool {
        let source = self.source.as_ref();
        let denied = [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::ReadOnlyFilesystem,
        ];
        source.is_some_and(|source| denied.contains(&source.kind()))
    }

    /// What to do about it.
    #[must_use]
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    fn place_prefix(&self) -> String {
        self.place
            .as_ref()
            .map_or_else(String::new, |place| format!("{place}: "))
    }
}

/// What the system said, without its number and without a path: a message has a place of its own.
pub(crate) fn told(error: &io::Error) -> String {
    let text = error.to_string();
    let cut = [" (os error ", " at path \""];
    let end = cut.iter().filter_map(|cut| text.find(cut)).min();
    text.get(..end.unwrap_or(text.len()))
        .unwrap_or(&text)
        .to_owned()
}
