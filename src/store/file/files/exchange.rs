//! Whether two names can be exchanged in a directory: tried, for a file system may say so and rename instead, as one does
//! that hands calls on and drops their flags. What stood under the second name is gone then.

use std::io;
use std::path::Path;

use crate::store::file::files::temporary::private;
use crate::store::file::sys::FileId;

/// What comes of an exchange of two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExchangeTry {
    /// Each name means the other's file.
    Exchanged,
    /// There is no such call here, and nothing was changed.
    Unsupported,
    /// It says that it was done, and it was not.
    Claimed,
}

/// Exchanges the names of two temporary files beside this path, by this call, and looks what they mean then.
pub(crate) fn try_exchange(
    beside: &Path,
    exchange: impl Fn(&Path, &Path) -> io::Result<bool>,
) -> io::Result<ExchangeTry> {
    let (one, other) = (private(beside)?, private(beside)?);
    let ids =
        || -> io::Result<_> { Ok((FileId::of_name(one.path())?, FileId::of_name(other.path())?)) };
    let (first, second) = ids()?;
    if !exchange(one.path(), other.path())? {
        return Ok(ExchangeTry::Unsupported);
    }
    Ok(if ids()? == (second, first) {
        ExchangeTry::Exchanged
    } else {
        ExchangeTry::Claimed
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::file::sys;

    #[test]
    fn an_exchange_that_is_a_rename_or_nothing_at_all_is_found_out() {
        let place = tempfile::tempdir().unwrap();
        let beside = place.path().join("tickets.json");
        let renames = |a: &Path, b: &Path| fs::rename(a, b).map(|()| true);
        let tried = try_exchange(&beside, renames).unwrap();
        assert_eq!(tried, ExchangeTry::Claimed);
        let tried = try_exchange(&beside, |_, _| Ok(true)).unwrap();
        assert_eq!(tried, ExchangeTry::Claimed);
        let tried = try_exchange(&beside, |_, _| Ok(false)).unwrap();
        assert_eq!(tried, ExchangeTry::Unsupported);
        let fails = try_exchange(&beside, |_, _| Err(io::ErrorKind::Other.into()));
        assert!(fails.is_err());
        let tried = try_exchange(&beside, sys::exchange).unwrap();
        assert_ne!(tried, ExchangeTry::Claimed);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
