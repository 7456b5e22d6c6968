//! Times of the ledger as people read them: on the clock here.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::shown;

/// To the second; as it stands, where it cannot be read.
pub(super) fn local(at: &str, zone: &TimeZone) -> String {
    match at.parse::<Timestamp>() {
        Ok(at) => {
            let here = at.to_zoned(zone.clone());
            here.strftime("%Y-%m-%d %H:%M:%S").to_string()
        }
        Err(_) => shown(at),
    }
}

/// The same on this system's clock.
pub(super) fn here(at: &str) -> String {
    local(at, &TimeZone::system())
}

/// Whether that time has come; one that cannot be read has not.
pub(super) fn is_past(at: &str) -> bool {
    let at = at.parse::<Timestamp>();
    at.is_ok_and(|at| at <= Timestamp::now())
}
