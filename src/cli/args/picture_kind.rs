//! What a timeline in a file is: the ending of its name says it.

use std::path::Path;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureKind {
    /// One picture, `.svg`.
    Picture,
    /// A page that steps through it, `.html`.
    Page,
}

impl PictureKind {
    /// What a file of this name is to be; `None`: nothing that is drawn here.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        match ending {
            _ if ending.eq_ignore_ascii_case("svg") => Some(Self::Picture),
            _ if ending.eq_ignore_ascii_case("html") => Some(Self::Page),
            _ => None,
        }
    }
}
