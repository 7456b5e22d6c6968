//! Moments as people write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, Zoned};

/// A moment in the past: a date, a time of today, both, with a zone or on the clock here, or how long ago it is.
pub(super) fn since(text: &str) -> Result<Timestamp, String> {
    moment(text.trim(), &Zoned::now())
        .ok_or_else(|| "write 2026-11-22, 14:30, \"2026-11-22 14:30\" or 2h".to_owned())
}

fn moment(text: &str, now: &Zoned) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let here = |civil: DateTime| civil.to_zoned(now.time_zone().clone()).ok();
    let civil = if let Ok(time) = text.parse::<Time>()
        && text.contains(':')
        && !text.contains('-')
    {
        Some(now.date().to_datetime(time))
    } else if let Ok(date) = text.parse::<Date>()
        && !text.contains(':')
    {
        Some(date.to_datetime(Time::midnight()))
    } else {
        text.parse::<DateTime>().ok()
    };
    if let Some(civil) = civil {
        return here(civil).map(|moment| moment.timestamp());
    }
    let ago = humantime::parse_duration(text).ok()?;
    now.timestamp().checked_sub(ago).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_moment_is_read_as_people_write_it() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now: Zoned = "2026-05-10T12:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .to_zoned(zone);
        for (text, is) in [
            ("2026-05-01T18:00:00Z", "2026-05-01T18:00:00Z"),
            ("2026-05-01T18:00:00.5+02:00", "2026-05-01T16:00:00.5Z"),
            ("2026-05-01", "2026-04-30T22:00:00Z"),
            ("2026-05-01 18:00", "2026-05-01T16:00:00Z"),
            ("2026-05-01T18:00:01", "2026-05-01T16:00:01Z"),
            ("09:30", "2026-05-10T07:30:00Z"),
            ("2h", "2026-05-10T10:00:00Z"),
            ("3days", "2026-05-07T12:00:00Z"),
        ] {
            let is: Timestamp = is.parse().unwrap();
            assert_eq!(moment(text, &now), Some(is), "{text}");
        }
        for text in ["", "soon", "22", "2026-13-01", "25:00"] {
            assert_eq!(moment(text, &now), None, "{text}");
        }
    }
}
