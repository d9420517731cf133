//! Quantiles of distributions that have no closed form for them.

/// The number between `low` and `high` where `is_below` turns from true to false, to the last digit.
pub(super) fn turning_point(is_below: impl Fn(f64) -> bool, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}
