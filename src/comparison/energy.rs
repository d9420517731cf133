//! The energy distance of two samples of several parameters, 2 E|X − Y| − E|X − X′| − E|Y − Y′| (Székely and Rizzo 2013,
//! <https://doi.org/10.1016/j.jspi.2013.03.018>), 0 if and only if both have the same distribution.
//!
//! Each parameter is divided by its standard deviation (the root of the mean of both variances). All pairs of draws count,
//! so it is taken of a limited number of draws that are as good as independent.

use super::marginal::Estimate;

/// The distance, and of how many draws of each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyDistance {
    /// The distance without bias: below 0 now and then if there is none. Without unit.
    pub estimate: Estimate,
    /// Draws of each.
    pub draws: usize,
}

/// The standard deviation by which each parameter is divided.
fn scales(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<f64> {
    let variance = |rows: &[Vec<f64>], column: usize| {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64;
        rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / (rows.len() - 1) as f64
    };
    let scale = |column: usize| f64::midpoint(variance(a, column), variance(b, column)).sqrt();
    let columns = 0..a.first().map_or(0, Vec::len);
    columns.map(scale).map(|scale| if scale > 0.0 { scale } else { 1.0 }).collect()
}

/// `a`, `b`: one row per draw, independent; the surplus of the longer is left out. `None` of fewer than ten.
///
/// As a U-statistic of pairs of draws, with its variance of first and second order, of which the second is all that there
/// is where the distributions are equal (Gretton et al. 2012, <https://www.jmlr.org/papers/v13/gretton12a.html>, sections
/// 3 and appendix B; Serfling 1980, <https://doi.org/10.1002/9780470316481>, section 5.2).
pub fn energy_distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> Option<EnergyDistance> {
    const FEWEST: usize = 10;
    let draws = a.len().min(b.len());
    if draws < FEWEST {
        return None;
    }
    let scales = scales(a, b);
    let scaled = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
        let row = |row: &Vec<f64>| row.iter().zip(&scales).map(|(value, scale)| value / scale).collect();
        (0..draws).map(|place| row(&rows[(2 * place + 1) * rows.len() / (2 * draws)])).collect()
    };
    let (a, b) = (scaled(a), scaled(b));
    let (mut sums, mut squares) = (vec![0.0; draws], 0.0);
    for i in 0..draws {
        for j in 0..i {
            let kernel = distance(&a[i], &b[j]) + distance(&a[j], &b[i])
                - distance(&a[i], &a[j])
                - distance(&b[i], &b[j]);
            sums[i] += kernel;
            sums[j] += kernel;
            squares += kernel * kernel;
        }
    }
    let n = draws as f64;
    let pairs = n * (n - 1.0) / 2.0;
    let value = sums.iter().sum::<f64>() / 2.0 / pairs;
    let of_pairs = (squares / pairs - value * value).max(0.0);
    let of_means = sums.iter().map(|sum| (sum / (n - 1.0) - value).powi(2)).sum::<f64>() / (n - 1.0);
    // The mean of a finite row varies by itself.
    let of_draws = (of_means - of_pairs / (n - 1.0)).max(0.0);
    let variance = (4.0 * (n - 2.0) * of_draws + 2.0 * of_pairs) / (n * (n - 1.0));
    Some(EnergyDistance { estimate: Estimate { value, error: variance.sqrt() }, draws })
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}
