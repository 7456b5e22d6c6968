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

/// A sentence in which each time that the ledger's way writes (2026-12-23T23:00:00Z) is on this system's clock.
pub(super) fn all_here(text: &str) -> String {
    all_local(text, &TimeZone::system())
}

fn all_local(text: &str, zone: &TimeZone) -> String {
    let words = text.split_inclusive(' ').map(|word| {
        let bare = word.trim_end_matches([' ', ':', ',', ';', '.']);
        if bare.ends_with('Z') && bare.contains('T') && bare.parse::<Timestamp>().is_ok() {
            word.replacen(bare, &local(bare, zone), 1)
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

/// Whether that time has come; one that cannot be read has not.
pub(super) fn is_past(at: &str) -> bool {
    let at = at.parse::<Timestamp>();
    at.is_ok_and(|at| at <= Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::offset;

    #[test]
    fn the_times_of_a_sentence_are_on_the_clock_here() {
        let berlin = offset(1).to_time_zone();
        for (text, told) in [
            (
                "the sale begins at 2026-12-23T23:00:00Z",
                "the sale begins at 2026-12-24 00:00:00",
            ),
            (
                "the sale cannot end at 2026-01-01T00:00:00Z: it begins at 2026-02-01T00:00:00.5Z",
                "the sale cannot end at 2026-01-01 01:00:00: it begins at 2026-02-01 01:00:00",
            ),
            ("T-Z of  TZ 2026-12-23", "T-Z of  TZ 2026-12-23"),
            (
                "tickets.ledger.20261129T065229Z.jsonl: 7",
                "tickets.ledger.20261129T065229Z.jsonl: 7",
            ),
        ] {
            assert_eq!(all_local(text, &berlin), told);
        }
    }
}
