//! How many were sold when, in a bounded number of points.

/// The most points that are kept: then two neighbours become one.
const MOST: usize = 4096;

/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;

/// How the number of sold tickets has changed over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SoldOverTime {
    /// How long a point is, in milliseconds.
    step: i64,
    /// The beginning of each point, in milliseconds since 1970, and by how many tickets it changed.
    points: Vec<(i64, i64)>,
}

impl Default for SoldOverTime {
    fn default() -> Self {
        Self {
            step: MINUTE,
            points: Vec::new(),
        }
    }
}

impl SoldOverTime {
    /// So many more were sold at that time, in milliseconds since 1970; below 0, so many fewer.
    pub(super) fn add(&mut self, at: i64, change: i64) {
        let at = at.div_euclid(self.step) * self.step;
        match self.points.last_mut() {
            Some((last, sum)) if *last == at => *sum = sum.saturating_add(change),
            _ => self.points.push((at, change)),
        }
        if self.points.len() > MOST {
            self.thin_out();
        }
    }

    /// Makes points longer until there are half as many at most.
    fn thin_out(&mut self) {
        self.points.sort_by_key(|(at, _)| *at);
        while self.points.len() > MOST / 2 {
            self.step = self.step.saturating_mul(2);
            let mut fewer: Vec<(i64, i64)> = Vec::new();
            for (at, change) in self.points.drain(..) {
                let at = at.div_euclid(self.step) * self.step;
                match fewer.last_mut() {
                    Some((last, sum)) if *last == at => *sum = sum.saturating_add(change),
                    _ => fewer.push((at, change)),
                }
            }
            self.points = fewer;
        }
    }

    /// How many were sold in all from each of these times on, in their order: in milliseconds since 1970. Clocks may have been
    /// set back meanwhile, so that it goes by the times and not by the ledger.
    pub(crate) fn totals(&self) -> Vec<(i64, u64)> {
        let mut points = self.points.clone();
        points.sort_by_key(|(at, _)| *at);
        let mut sum = 0_i64;
        let mut totals: Vec<(i64, u64)> = Vec::with_capacity(points.len());
        for (at, change) in points {
            sum = sum.saturating_add(change);
            let total = u64::try_from(sum).unwrap_or(0);
            match totals.last_mut() {
                Some(last) if last.0 == at => last.1 = total,
                _ => totals.push((at, total)),
            }
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_go_by_time_and_their_number_is_bounded() {
        let mut sold = SoldOverTime::default();
        for (at, change) in [(130_000, 2), (61_000, 3), (131_000, -1), (200_000, 4)] {
            sold.add(at, change);
        }
        let expected = vec![(60_000, 3), (120_000, 4), (180_000, 8)];
        assert_eq!(sold.totals(), expected);
        for minute in 0..100_000 {
            sold.add(minute * MINUTE, 1);
        }
        assert!(sold.points.len() <= MOST, "{}", sold.points.len());
        assert_eq!(sold.totals().last().map(|(_, sum)| *sum), Some(100_008));
    }
}
