//! Spans of time in the units that people give them in: a month is none, for it has no length of its own.

use std::time::Duration;

/// As it is read again by `humantime`: `90days`, `1h30m`, `0s`.
pub(crate) fn span(time: Duration) -> String {
    const DAY: u64 = 24 * 3600;
    let (seconds, nanos) = (time.as_secs(), time.subsec_nanos());
    let (days, rest) = (seconds / DAY, seconds % DAY);
    let days_name = if days == 1 { "day" } else { "days" };
    let parts = [
        (days, days_name),
        (rest / 3600, "h"),
        (rest % 3600 / 60, "m"),
        (rest % 60, "s"),
        (u64::from(nanos / 1_000_000), "ms"),
        (u64::from(nanos / 1000 % 1000), "us"),
        (u64::from(nanos % 1000), "ns"),
    ];
    let parts = parts.iter().filter(|(many, _)| *many > 0);
    let told: Vec<String> = parts.map(|(many, unit)| format!("{many}{unit}")).collect();
    if told.is_empty() {
        "0s".to_owned()
    } else {
        told.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_given_units_and_read_again_as_it_was() {
        for (given, is) in [
            ("90d", "90days"),
            ("2months29days2h52m48s", "90days"),
            ("1day", "1day"),
            ("366days", "366days"),
            ("90m", "1h30m"),
            ("2h", "2h"),
            ("15min", "15m"),
            ("1s 2ms 3us 4ns", "1s2ms3us4ns"),
            ("0s", "0s"),
        ] {
            let time = humantime::parse_duration(given).unwrap();
            assert_eq!(span(time), is, "{given}");
            assert_eq!(humantime::parse_duration(is), Ok(time));
        }
    }
}
