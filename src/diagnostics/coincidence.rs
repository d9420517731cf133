//! How many spikes of two trains coincide.

/// The coincidence factor Γ of Kistler, Gerstner and van Hemmen (1997), <https://doi.org/10.1162/neco.1997.9.5.1015>: 1
/// if every spike has its own partner within `window_ms`, 0 if there are as many coincidences as a Poisson train of the
/// rate of `predicted` would give. Both trains in ascending order, in ms; `None` if one of them has no spike, or if the
/// window is too wide for the rate.
pub fn coincidence_factor(
    recorded: &[f64],
    predicted: &[f64],
    window_ms: f64,
    duration_ms: f64,
) -> Option<f64> {
    let expected_share = 2.0 * window_ms * predicted.len() as f64 / duration_ms;
    if recorded.is_empty() || predicted.is_empty() || expected_share >= 1.0 {
        return None;
    }
    let (mut coincidences, mut next) = (0_usize, 0);
    for time in recorded {
        while next < predicted.len() && predicted[next] < time - window_ms {
            next += 1;
        }
        if next < predicted.len() && predicted[next] <= time + window_ms {
            coincidences += 1;
            next += 1;
        }
    }
    let by_chance = expected_share * recorded.len() as f64;
    let mean_count = 0.5 * (recorded.len() + predicted.len()) as f64;
    Some((coincidences as f64 - by_chance) / mean_count / (1.0 - expected_share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_trains_coincide_and_shifted_ones_do_not() {
        let train = [10.0, 40.0, 55.0];
        let shifted: Vec<f64> = train.iter().map(|time| time + 5.0).collect();
        let same = coincidence_factor(&train, &train, 2.0, 1000.0).unwrap();
        let other = coincidence_factor(&train, &shifted, 2.0, 1000.0).unwrap();
        assert!((same - 1.0).abs() < 1e-12, "{same}");
        // No coincidence: -3 ⋅ 0.012 / 3 / (1 - 0.012).
        assert!((other + 0.012 / 0.988).abs() < 1e-12, "{other}");
    }

    #[test]
    fn a_spike_is_the_partner_of_one_other_at_most() {
        let half = coincidence_factor(&[10.0], &[9.0, 11.0], 2.0, 1e9).unwrap();
        assert!((half - 1.0 / 1.5).abs() < 1e-6, "{half}");
        assert_eq!(coincidence_factor(&[], &[1.0], 2.0, 100.0), None);
    }
}
