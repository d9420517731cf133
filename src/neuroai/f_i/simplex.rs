//! Downhill simplex in one or two dimensions: a minimum that needs no slopes, as the rectifiers have a kink.
//!
//! Nelder and Mead (1965), <https://doi.org/10.1093/comjnl/7.4.308>

/// A point of at most two coordinates.
pub(super) type Point = [f64; 2];

/// Moves of the simplex, at the most.
const MOVES: usize = 400;

/// The minimum near `start`; only the first `dimensions` coordinates move, at first by `span`. Stops
/// when the corners are closer than a ten-billionth of the span.
pub(super) fn minimum(
    of: impl Fn(Point) -> f64,
    start: Point,
    span: Point,
    dimensions: usize,
) -> (Point, f64) {
    let mut corners: Vec<(Point, f64)> = vec![(start, of(start))];
    for axis in 0..dimensions {
        let mut corner = start;
        corner[axis] += span[axis];
        corners.push((corner, of(corner)));
    }
    for _ in 0..MOVES {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let near = |own: &(Point, f64)| {
            (0..dimensions).all(|axis| (own.0[axis] - corners[0].0[axis]).abs() < 1e-10 * span[axis].abs())
        };
        if corners.iter().all(near) {
            break;
        }
        let (worst, worst_value) = corners[dimensions];
        let middle = |axis: usize| {
            corners[..dimensions].iter().map(|own| own.0[axis]).sum::<f64>() / dimensions as f64
        };
        let middle = [middle(0), middle(1)];
        let along = |factor: f64| {
            let point = [0, 1].map(|axis| middle[axis] + factor * (worst[axis] - middle[axis]));
            (point, of(point))
        };
        let reflected = along(-1.0);
        let second = corners[dimensions - 1].1;
        corners[dimensions] = if reflected.1 < corners[0].1 {
            let expanded = along(-2.0);
            if expanded.1 < reflected.1 { expanded } else { reflected }
        } else if reflected.1 < second {
            reflected
        } else {
            let contracted = along(if reflected.1 < worst_value { -0.5 } else { 0.5 });
            if contracted.1 < worst_value.min(reflected.1) {
                contracted
            } else {
                let best = corners[0].0;
                for own in &mut corners[1..] {
                    own.0 = [0, 1].map(|axis| 0.5 * (best[axis] + own.0[axis]));
                    own.1 = of(own.0);
                }
                continue;
            }
        };
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bent valley with its minimum at (1, 1): <https://doi.org/10.1093/comjnl/3.3.175>
    #[test]
    fn the_valley_of_rosenbrock_is_walked_to_its_end() {
        let valley = |[x, y]: Point| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
        let ([x, y], value) = minimum(valley, [-1.2, 1.0], [0.5, 0.5], 2);
        assert!((x - 1.0).abs() < 1e-6 && (y - 1.0).abs() < 1e-6 && value < 1e-12, "{x} {y} {value}");
    }

    #[test]
    fn one_dimension_leaves_the_other_alone() {
        let ([x, y], _) = minimum(|[x, _]| (x - 3.0).abs(), [0.0, 7.0], [1.0, 1.0], 1);
        assert!((x - 3.0).abs() < 1e-8 && (y - 7.0).abs() < 1e-15, "{x} {y}");
    }
}
