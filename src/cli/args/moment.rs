//! Moments as people write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A moment in the past: a date, the last time that a clock showed a time, both, with a zone or on the clock here, or how long ago it is.
pub(super) fn since(text: &str) -> Result<Timestamp, String> {
    moment(text.trim(), &Zoned::now()).ok_or_else(|| {
        no_moment(
            text,
            "2026-11-22, 14:30, \"2026-11-22 14:30\", or how long ago it is, as 2h",
        )
    })
}

/// When a sale begins, as the ledger has it, in UTC; "" for "" and none. A day is its first moment.
pub(super) fn begin(text: &str) -> Result<String, String> {
    of_sale(text, Time::midnight())
}

/// When a sale ends. A day is its last second: it is sold on that day, too.
pub(super) fn end(text: &str) -> Result<String, String> {
    of_sale(text, Time::constant(23, 59, 59, 0))
}

/// `of_day`: which time a day without one is.
fn of_sale(text: &str, of_day: Time) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(String::new());
    }
    let moment = match (text.parse::<Timestamp>(), text.parse::<Date>()) {
        (Ok(moment), _) => Some(moment),
        (_, Ok(day)) if !text.contains([':', 'T', 't', ' ']) => here(day.to_datetime(of_day)),
        _ => text.parse::<DateTime>().ok().and_then(here),
    };
    moment.map(|moment| format!("{moment:.0}")).ok_or_else(|| {
        no_moment(
            text,
            "a day, as 2026-12-31, or a time, as 2026-12-31T18:00, or 2026-12-31T17:00Z in UTC",
        )
    })
}

/// On this system's clock.
fn here(civil: DateTime) -> Option<Timestamp> {
    let zoned = civil.to_zoned(TimeZone::system()).ok()?;
    Some(zoned.timestamp())
}

/// What is understood, instead of a text that is not.
fn no_moment(text: &str, understood: &str) -> String {
    let day = text.trim().split([' ', 'T']).next();
    match day.and_then(with_dots) {
        Some(day) => format!("write {day} for that day; what is understood is {understood}"),
        None => format!("write {understood}"),
    }
}

/// A day as `31.12.2026`.
fn with_dots(text: &str) -> Option<Date> {
    let (day, rest) = text.split_once('.')?;
    let (month, year) = rest.split_once('.')?;
    let year: i16 = year.parse().ok().filter(|year| *year > 99)?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
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
        // Shortly after midnight "23:00" is said of the evening before: nothing is looked for in the future.
        let today = now.date().to_datetime(time);
        let is_to_come = here(today).is_some_and(|moment| moment > *now);
        let day = if is_to_come {
            now.date().yesterday().ok()?
        } else {
            now.date()
        };
        Some(day.to_datetime(time))
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
    use super::*;

    #[test]
    fn what_is_no_moment_is_answered_with_what_is() {
        for (text, told) in [
            ("31.12.2026", "write 2026-12-31 for that day; "),
            ("1.2.2026 18:00", "write 2026-02-01 for that day; "),
            ("257.1.2026", "write a day, as 2026-12-31, or a time, as "),
            ("31.13.2026", "write a day, as 2026-12-31, or a time, as "),
            ("tomorrow", "write a day, as 2026-12-31, or a time, as "),
            ("18:00", "write a day, as 2026-12-31, or a time, as "),
        ] {
            for of_sale in [begin, end] {
                let why = of_sale(text).unwrap_err();
                assert!(why.starts_with(told), "{text}: {why}");
            }
        }
        assert!(
            since("1.2.2026")
                .unwrap_err()
                .starts_with("write 2026-02-01")
        );
        assert!(
            since("soon")
                .unwrap_err()
                .starts_with("write 2026-11-22, 14:30")
        );
    }

    #[test]
    fn a_sale_begins_with_a_day_and_ends_with_one() {
        let at = |time: &str| here(time.parse().unwrap()).map(|moment| format!("{moment:.0}"));
        assert_eq!(begin("2026-12-31").ok(), at("2026-12-31T00:00"));
        assert_eq!(end("2026-12-31").ok(), at("2026-12-31T23:59:59"));
        for of_sale in [begin, end] {
            assert_eq!(of_sale("2026-12-31 18:00").ok(), at("2026-12-31T18:00"));
            assert_eq!(of_sale("2026-12-31T00:00").ok(), at("2026-12-31T00:00"));
            assert_eq!(
                of_sale("2026-12-31T17:00Z").unwrap(),
                "2026-12-31T17:00:00Z"
            );
            assert_eq!(of_sale("").unwrap(), "");
        }
    }

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
            ("14:01", "2026-05-09T12:01:00Z"),
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
