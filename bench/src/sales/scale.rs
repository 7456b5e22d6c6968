//! Where things stand in the plot.

/// How close the lines of text may come.
const LINE: f64 = 18.0;

/// Where a number of processes stands: the same way for each doubling.
pub(crate) fn across(processes: &[u32], left: f64, right: f64) -> impl Fn(u32) -> f64 + use<> {
    let log = |processes: u32| f64::from(processes.max(1)).log2();
    let least = processes.first().map_or(0.0, |first| log(*first));
    let most = processes.last().map_or(0.0, |last| log(*last));
    move |processes| {
        if most <= least {
            return f64::midpoint(left, right);
        }
        left + (right - left) * (log(processes) - least) / (most - least)
    }
}

/// A round step that makes at most six of the whole.
pub(crate) fn step(most: f64) -> f64 {
    let least = most / 6.0;
    let magnitude = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * magnitude);
    steps
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(most)
}

/// Heights as near to those wanted as they can be with a line's distance from each other, within
/// what lies above the bottom.
pub(crate) fn spread(wanted: &[f64], bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    let height = |at: usize| wanted.get(at).copied().unwrap_or(bottom);
    order.sort_by(|one, other| height(*one).total_cmp(&height(*other)));
    let mut placed = vec![0.0; wanted.len()];
    let mut floor = f64::NEG_INFINITY;
    let mut put = |at: usize, y: f64| {
        if let Some(place) = placed.get_mut(at) {
            *place = y;
        }
    };
    let mut heights = Vec::new();
    for &at in &order {
        let y = height(at).max(floor);
        heights.push(y);
        floor = y + LINE;
    }
    let mut ceiling = bottom;
    for (&at, y) in order.iter().zip(heights).rev() {
        let y = y.min(ceiling);
        put(at, y);
        ceiling = y - LINE;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::{LINE, across, spread, step};

    const BOTTOM: f64 = 300.0;

    #[test]
    fn steps_are_round_and_few() {
        assert!((step(5_300.0) - 1_000.0).abs() < 1e-6);
        assert!((step(6_100.0) - 2_000.0).abs() < 1e-6);
        assert!((step(120_000.0) - 20_000.0).abs() < 1e-6);
        assert!((step(1.0) - 0.2).abs() < 1e-6);
    }

    #[test]
    fn labels_keep_their_distance_and_stay_inside() {
        let placed = spread(&[BOTTOM, BOTTOM - 1.0, BOTTOM - 2.0, 100.0], BOTTOM);
        assert_eq!(placed, [BOTTOM, BOTTOM - LINE, BOTTOM - 2.0 * LINE, 100.0]);
        assert_eq!(spread(&[100.0, 104.0], BOTTOM), [100.0, 100.0 + LINE]);
    }

    #[test]
    fn every_doubling_is_as_wide() {
        let at = across(&[1, 8, 32], 80.0, 600.0);
        let doubling = at(2) - at(1);
        assert!((at(32) - at(16) - doubling).abs() < 1e-6);
        assert!(at(1) < at(2));
    }
}
