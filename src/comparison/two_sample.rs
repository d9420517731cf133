//! Can a classifier tell the draws of two posteriors apart? The classifier two-sample test (Friedman 2003,
//! <https://doi.org/10.2172/826692>; Lopez-Paz and Oquab 2017, <https://doi.org/10.48550/arXiv.1610.06545>).
//!
//! The classifier is a logistic regression on the normal scores of the parameters, with their squares and products where
//! there are draws enough to learn them. It finds differences of location, width and correlation; one of shape alone it
//! may miss, so its accuracy is a lower bound of what could be told.

use nalgebra::{DMatrix, DVector};
use ndarray::Array2;

use super::sample::Thinned;
use crate::diagnostics::normal_scores;

/// Parts of which each is judged by what is learned from the others.
const FOLDS: usize = 5;
/// Draws that a coefficient needs.
const DRAWS_PER_TERM: usize = 20;
/// Precision of the normal prior of each coefficient, of terms with a standard deviation of 1: it keeps them finite where
/// the two do not overlap.
const RIDGE: f64 = 1.0;
const NEWTON_STEPS: usize = 25;
/// Judgements that are as good as one independent one: the folds learn from much the same draws (Nadeau and Bengio 2003,
/// <https://doi.org/10.1023/A:1024068626366>: 1 / k + 1 / (k − 1) in place of 1 / k).
const JUDGEMENTS_PER_ONE: f64 = 1.0 + FOLDS as f64 / (FOLDS - 1) as f64;
/// Two-sided 95 %.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// How well a classifier tells two samples apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoSampleTest {
    /// Share of the draws that are assigned to the right posterior, by a classifier that has not seen them: 0.5 by guessing.
    pub accuracy: f64,
    /// 95 % confidence interval (Wilson 1927, <https://doi.org/10.1080/01621459.1927.10502953>).
    pub interval: [f64; 2],
    /// Draws of each.
    pub draws: usize,
    /// Terms of the regression, without the constant.
    pub terms: usize,
}

/// Cross-validated accuracy. `a`, `b`: draws that are as good as independent, the surplus of the longer is left out. `None`
/// of fewer than 50.
pub fn classify(a: &Thinned, b: &Thinned) -> Option<TwoSampleTest> {
    const FEWEST: usize = 50;
    let draws = a.rows.len().min(b.rows.len());
    if draws < FEWEST {
        return None;
    }
    let chosen = |of: &Thinned| -> Vec<usize> {
        (0..draws).map(|place| (2 * place + 1) * of.rows.len() / (2 * draws)).collect()
    };
    let (of_a, of_b) = (chosen(a), chosen(b));
    let rows: Vec<&Vec<f64>> =
        of_a.iter().map(|&row| &a.rows[row]).chain(of_b.iter().map(|&row| &b.rows[row])).collect();
    // Stretches of the chains, not draws at random: what a draw remembers is learned with it, not judged by it.
    let folds: Vec<usize> = folds(&of_a, &a.numbers).into_iter().chain(folds(&of_b, &b.numbers)).collect();
    let terms = terms(&rows);
    let is_b = |row: usize| row >= draws;
    let mut right = 0;
    for fold in 0..FOLDS {
        let learned: Vec<usize> = (0..rows.len()).filter(|&row| folds[row] != fold).collect();
        let labels =
            DVector::from_iterator(learned.len(), learned.iter().map(|&row| f64::from(u8::from(is_b(row)))));
        let coefficients = regression(&terms.select_rows(&learned), &labels);
        for row in (0..rows.len()).filter(|&row| folds[row] == fold) {
            let score = (terms.row(row) * &coefficients)[0];
            right += usize::from((score > 0.0) == is_b(row));
        }
    }
    let accuracy = right as f64 / rows.len() as f64;
    Some(TwoSampleTest {
        accuracy,
        interval: wilson(accuracy, rows.len() as f64 / JUDGEMENTS_PER_ONE),
        draws,
        terms: terms.ncols() - 1,
    })
}

/// The fold of each draw: equal stretches, of which none parts the copies of a particle.
fn folds(chosen: &[usize], numbers: &[usize]) -> Vec<usize> {
    let mut folds: Vec<usize> = Vec::with_capacity(chosen.len());
    for (place, &row) in chosen.iter().enumerate() {
        let is_copy = place > 0 && numbers[chosen[place - 1]] == numbers[row];
        folds.push(if is_copy { folds[place - 1] } else { place * FOLDS / chosen.len() });
    }
    folds
}

/// Constant, normal scores, squares and products, as many of these as the draws allow; each with mean 0 and
/// standard deviation 1.
fn terms(rows: &[&Vec<f64>]) -> DMatrix<f64> {
    let count = rows.len();
    let scores: Vec<Vec<f64>> = (0..rows[0].len())
        .map(|column| {
            let values = Array2::from_shape_fn((1, count), |(_, row)| rows[row][column]);
            normal_scores(values.view()).into_raw_vec_and_offset().0
        })
        .collect();
    let parameters = scores.len();
    let allowed = (count / DRAWS_PER_TERM).max(parameters);
    let mut columns = vec![vec![1.0; count]];
    columns.extend(scores.iter().cloned());
    let product = |i: usize, j: usize| scores[i].iter().zip(&scores[j]).map(|(x, y)| x * y).collect();
    if 2 * parameters <= allowed {
        columns.extend((0..parameters).map(|own| product(own, own)));
    }
    if 2 * parameters + parameters * (parameters - 1) / 2 <= allowed {
        columns.extend((0..parameters).flat_map(|j| (0..j).map(move |i| (i, j))).map(|(i, j)| product(i, j)));
    }
    for column in &mut columns[1..] {
        let mean = column.iter().sum::<f64>() / count as f64;
        let sd = (column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count as f64).sqrt();
        let scale = if sd > 0.0 { 1.0 / sd } else { 0.0 };
        for value in column {
            *value = (*value - mean) * scale;
        }
    }
    DMatrix::from_fn(count, columns.len(), |row, column| columns[column][row])
}

/// Coefficients of a logistic regression with a normal prior, by Newton's method with halved steps.
fn regression(terms: &DMatrix<f64>, labels: &DVector<f64>) -> DVector<f64> {
    let count = terms.ncols();
    let prior = DVector::from_fn(count, |term, _| if term == 0 { 1e-6 } else { RIDGE });
    // log(1 + e^x) without overflow.
    let loss = |coefficients: &DVector<f64>| -> f64 {
        let scores = terms * coefficients;
        let of_draws = scores.iter().zip(labels.iter());
        let likelihood: f64 =
            of_draws.map(|(x, label)| x.max(0.0) + (-x.abs()).exp().ln_1p() - label * x).sum();
        likelihood + 0.5 * coefficients.component_mul(coefficients).dot(&prior)
    };
    let mut coefficients = DVector::zeros(count);
    let mut current = loss(&coefficients);
    for _ in 0..NEWTON_STEPS {
        let shares = (terms * &coefficients).map(|x| 1.0 / (1.0 + (-x).exp()));
        let slope = terms.tr_mul(&(labels - &shares)) - prior.component_mul(&coefficients);
        let mut weighted = terms.clone();
        for (mut row, share) in weighted.row_iter_mut().zip(shares.iter()) {
            row *= share * (1.0 - share);
        }
        let mut curvature = terms.tr_mul(&weighted);
        for term in 0..count {
            curvature[(term, term)] += prior[term];
        }
        let Some(factor) = curvature.cholesky() else { break };
        let mut step = factor.solve(&slope);
        let before = current;
        for _ in 0..10 {
            let next = loss(&(&coefficients + &step));
            if next <= current {
                coefficients += &step;
                current = next;
                break;
            }
            step *= 0.5;
        }
        if before - current < 1e-9 * (1.0 + before) {
            break;
        }
    }
    coefficients
}

/// Confidence interval of a share.
fn wilson(share: f64, count: f64) -> [f64; 2] {
    let square = QUANTILE * QUANTILE;
    let centre = (share + square / (2.0 * count)) / (1.0 + square / count);
    let half = QUANTILE / (1.0 + square / count)
        * (share * (1.0 - share) / count + square / (4.0 * count * count)).sqrt();
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}
