//! Which recorded spike belongs to which simulated one.
//!
//! Of equal numbers the k-th belongs to the k-th. If one train has more spikes, as many of it as the other has are
//! chosen, in order, so that the match is the best one; by dynamic programming, as in Victor and Purpura (1996),
//! <https://doi.org/10.1152/jn.1996.76.2.1310>.

/// Room for the matching, which is kept between calls.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// For each recorded spike the simulated one that belongs to it.
    pub partners: Vec<Option<usize>>,
    /// Best sum so far, by how many spikes of the longer train were skipped.
    best: Vec<f64>,
    /// For each spike of the shorter train, and each number of skipped ones, the number that was skipped before it.
    skipped: Vec<usize>,
}

impl Matching {
    /// Finds the partners with the largest sum of `gain(recorded, simulated)`.
    pub fn find(&mut self, recorded: &[f64], simulated: &[f64], gain: impl Fn(f64, f64) -> f64) {
        self.partners.clear();
        if recorded.len() == simulated.len() {
            self.partners.extend((0..recorded.len()).map(Some));
            return;
        }
        let more_recorded = recorded.len() > simulated.len();
        let (short, long) = if more_recorded { (simulated, recorded) } else { (recorded, simulated) };
        let gain = |short: f64, long: f64| if more_recorded { gain(long, short) } else { gain(short, long) };
        let mut skips = self.search(short, long, gain);
        self.partners.resize(recorded.len(), None);
        for index in (0..short.len()).rev() {
            let at = index + skips;
            let (recorded, simulated) = if more_recorded { (at, index) } else { (index, at) };
            self.partners[recorded] = Some(simulated);
            skips = self.skipped[index * (long.len() - short.len() + 1) + skips];
        }
    }

    /// Fills the table; returns how many spikes of the longer train stand before the partner of the last spike of
    /// the shorter one, without its other partners.
    fn search(&mut self, short: &[f64], long: &[f64], gain: impl Fn(f64, f64) -> f64) -> usize {
        let width = long.len() - short.len() + 1;
        self.best.clear();
        self.best.resize(width, 0.0);
        self.skipped.clear();
        for (index, time) in short.iter().enumerate() {
            let (mut before, mut from) = (f64::NEG_INFINITY, 0);
            for skips in 0..width {
                if self.best[skips] > before {
                    (before, from) = (self.best[skips], skips);
                }
                self.skipped.push(from);
                self.best[skips] = before + gain(*time, long[index + skips]);
            }
        }
        let last = (0..width).max_by(|a, b| self.best[*a].total_cmp(&self.best[*b]));
        last.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partners(recorded: &[f64], simulated: &[f64]) -> Vec<Option<usize>> {
        let mut matching = Matching::default();
        matching.find(recorded, simulated, |a, b| -(a - b) * (a - b));
        matching.partners
    }

    #[test]
    fn equal_trains_are_matched_in_order_however_far() {
        assert_eq!(partners(&[1.0, 2.0], &[50.0, 51.0]), [Some(0), Some(1)]);
        assert_eq!(partners(&[], &[]), []);
    }

    #[test]
    fn the_spike_that_is_too_much_is_left_out_wherever_it_is() {
        let train = [10.0, 20.0, 31.0, 40.0];
        for missing in 0..4 {
            let others: Vec<f64> = (0..4).filter(|at| *at != missing).map(|at| train[at] + 0.5).collect();
            let mut expected: Vec<Option<usize>> = (0..3).map(Some).collect();
            expected.insert(missing, None);
            assert_eq!(partners(&train, &others), expected, "without {missing}");
            let expected: Vec<Option<usize>> = (0..4).filter(|at| *at != missing).map(Some).collect();
            assert_eq!(partners(&others, &train), expected, "without {missing}, the other way");
        }
    }

    #[test]
    fn several_are_left_out() {
        assert_eq!(partners(&[20.0, 40.0], &[9.0, 19.0, 30.0, 33.0, 41.0, 60.0]), [Some(1), Some(4)]);
        assert_eq!(partners(&[1.0, 2.0, 3.0], &[]), [None, None, None]);
        assert_eq!(partners(&[], &[4.0]), []);
    }

    #[test]
    fn no_other_choice_is_better() {
        // All choices of three of six, tried one by one.
        let (short, long): ([f64; 3], [f64; 6]) = ([3.0, 7.5, 9.0], [1.0, 4.0, 6.0, 7.0, 8.0, 12.0]);
        let cost = |choice: &[usize]| -> f64 {
            choice.iter().zip(&short).map(|(at, time)| (long[*at] - time).powi(2)).sum()
        };
        let found: Vec<usize> = partners(&short, &long).into_iter().map(Option::unwrap).collect();
        for a in 0..6 {
            for b in a + 1..6 {
                for c in b + 1..6 {
                    assert!(cost(&found) <= cost(&[a, b, c]), "{found:?} against {:?}", [a, b, c]);
                }
            }
        }
    }
}
