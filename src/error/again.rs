//! One failure that befell several: each is told of it.

use std::io;

use super::Error;

impl Error {
    /// The same failure once more.
    #[must_use]
    pub(crate) fn again(&self) -> Self {
        Self {
            kind: self.kind,
            message: self.message.clone(),
            place: self.place.clone(),
            hint: self.hint.clone(),
            held: self.held.clone(),
            about: self.about,
            source: self.source.as_ref().map(io_again),
        }
    }
}

fn io_again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{About, Kind};
    use std::path::Path;

    #[test]
    fn it_says_all_that_the_first_one_said() {
        let full = Error::io("write to", Path::new("a"), io::Error::from_raw_os_error(28));
        let short = Error::io("write to", Path::new("a"), io::ErrorKind::WriteZero.into());
        let held = Error::new(Kind::SoldOut { left: 1 }, "none")
            .at(Path::new("a"), 3, 4)
            .hint("later")
            .held(2, Some("2026-05-01T18:00:00Z"))
            .about(About::BuyersTickets);
        for error in [full, short, held] {
            let again = error.again();
            assert_eq!(error.to_string(), again.to_string());
            assert_eq!((error.kind, &error.place), (again.kind, &again.place));
            assert_eq!((&error.hint, error.about), (&again.hint, again.about));
            assert_eq!(error.next_due(), again.next_due());
            assert_eq!(error.held_tickets(), again.held_tickets());
            let kind = |error: &Error| error.source.as_ref().map(io::Error::kind);
            assert_eq!(kind(&error), kind(&again));
        }
    }
}
