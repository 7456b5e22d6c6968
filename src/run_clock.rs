//! The times of a run as people are told them: since one zero, and in one unit, in sentences as in pictures.

/// From when on a run is told, and in which unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunClock {
    /// When the run began, ns: what is told as 0.
    pub zero: u64,
    /// How long it lasted, ns.
    pub length: u64,
}

impl RunClock {
    /// How many nanoseconds the unit has, and its name.
    #[must_use]
    pub fn unit(&self) -> (u64, &'static str) {
        match self.length {
            0..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            1_000_000..10_000_000_000 => (1_000_000, "ms"),
            _ => (1_000_000_000, "s"),
        }
    }

    /// A time, to the nanosecond; three digits behind the point at least.
    #[must_use]
    pub fn told(&self, at: u64) -> String {
        let sign = if at < self.zero { "-" } else { "" };
        let since = at.abs_diff(self.zero);
        let (unit, name) = self.unit();
        let digits = unit.ilog10() as usize;
        if digits == 0 {
            return format!("{sign}{since} {name}");
        }
        let mut rest = format!("{:0digits$}", since % unit);
        let needed = rest.trim_end_matches('0').len().max(3);
        rest.truncate(needed);
        format!("{sign}{}.{rest} {name}", since / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_unit_of_its_run() {
        let clock = |length| RunClock {
            zero: 5_000,
            length,
        };
        for (length, at, told) in [
            (300, 5_050, "50 ns"),
            (999_999, 5_050, "0.050 µs"),
            (999_999, 4_990, "-0.010 µs"),
            (2_000_000, 1_005_000, "1.000 ms"),
            (2_000_000, 1_005_001, "1.000001 ms"),
            (20_000_000_000, 1_000_005_000, "1.000 s"),
        ] {
            assert_eq!(clock(length).told(at), told);
        }
    }
}
