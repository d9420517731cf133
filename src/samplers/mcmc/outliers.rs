//! Chains that are lost: the rule of DREAM, Vrugt et al. (2009),
//! <https://doi.org/10.1515/IJNSNS.2009.10.3.273>.

/// The chains whose mean log posterior is below the first quartile of all chains by more than twice the
/// distance between the quartiles.
pub(super) fn outliers(means: &[f64]) -> Vec<usize> {
    let mut sorted = means.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (first, third) = (quartile(&sorted, 0.25), quartile(&sorted, 0.75));
    let limit = first - 2.0 * (third - first);
    (0..means.len()).filter(|&chain| means[chain] < limit).collect()
}

fn quartile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_chain_far_below_the_others_is_lost() {
        let mut means: Vec<f64> = (0..16).map(|chain| -10.0 - 0.1 * f64::from(chain)).collect();
        assert!(outliers(&means).is_empty());
        means[5] = -40.0;
        means[7] = 0.0;
        assert_eq!(outliers(&means), [5]);
    }
}
