//! Normal cells of a normal population: the posterior of mean and spread is an integral over two numbers.

use hhbayes::numeric::Streams;
use hhbayes::population::{Cell, Design, Hyperprior, Kind, PoolSettings, Pooled, pool_cells};
use statrs::distribution::{ContinuousCDF, Normal};

/// Likelihood of each cell: where it is, and how well that is known.
const CELLS: [(f64, f64); 6] = [(1.0, 0.5), (2.2, 0.3), (3.1, 0.8), (0.4, 0.4), (2.6, 0.2), (1.7, 1.0)];
/// The prior that each was inferred with: near enough to move it.
const PRIOR: (f64, f64) = (0.0, 2.0);

/// A cell of which evenly spaced quantiles of the posterior are known.
fn cell((observed, sd): (f64, f64), (center, width): (f64, f64), draws: usize) -> Cell {
    let precision = sd.powi(-2) + width.powi(-2);
    let mean = (observed * sd.powi(-2) + center * width.powi(-2)) / precision;
    let posterior = Normal::new(mean, precision.powf(-0.5)).unwrap();
    let quantile = |place: usize| posterior.inverse_cdf((place as f64 + 0.5) / draws as f64);
    let rows: Vec<Vec<f64>> = (0..draws).map(|place| vec![quantile(place)]).collect();
    let log_prior: Vec<f64> = rows.iter().map(|row| -0.5 * ((row[0] - center) / width).powi(2)).collect();
    Cell::new(&rows, &log_prior).unwrap()
}

fn pooled(cells: &[Cell], draws: usize) -> (Pooled, Hyperprior) {
    let prior = Hyperprior::of(cells);
    let settings = PoolSettings { draws, ..PoolSettings::default() };
    (pool_cells(cells, &Design::single(cells.len()), &prior, settings, Streams::new(3)), prior)
}

/// Mean and standard deviation of some draws.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (square / values.len() as f64).sqrt())
}

/// Mean and sd of μ and of ln τ by quadrature over ln τ; μ given τ is normal.
fn quadrature(prior: &Hyperprior) -> [(f64, f64); 2] {
    let (center, scale) = (prior.center[0], prior.scales[0]);
    let (mut total, mut sums) = (0.0, [0.0; 4]);
    for step in 0..4000 {
        let log_tau = scale.ln() - 12.0 + 18.0 * f64::from(step) / 4000.0;
        let tau = log_tau.exp();
        // Half-t with two degrees of freedom, per ln τ; the mean has ten times the scale.
        let mut log = log_tau - 1.5 * (1.0 + (tau / scale).powi(2) / 2.0).ln();
        let (mut precision, mut weighted) = ((10.0 * scale).powi(-2), center * (10.0 * scale).powi(-2));
        let mut squares = weighted * center;
        log += 0.5 * precision.ln();
        for (observed, sd) in CELLS {
            let own = 1.0 / (sd * sd + tau * tau);
            log += 0.5 * own.ln();
            precision += own;
            weighted += own * observed;
            squares += own * observed * observed;
        }
        let mean = weighted / precision;
        log += -0.5 * (squares - mean * weighted) - 0.5 * precision.ln();
        let weight = log.exp();
        total += weight;
        let terms = [mean, mean * mean + 1.0 / precision, log_tau, log_tau * log_tau];
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
    }
    let [m, mm, l, ll] = sums.map(|sum| sum / total);
    [(m, (mm - m * m).sqrt()), (l, (ll - l * l).sqrt())]
}

#[test]
fn normal_cells_of_a_normal_population_have_the_posterior_of_the_integral() {
    let cells: Vec<Cell> = CELLS.iter().map(|own| cell(*own, PRIOR, 2000)).collect();
    let (found, prior) = pooled(&cells, 4000);
    assert!(found.is_converged(), "{:?}", found.worst());
    let expected = quadrature(&prior);
    let mean = found.quantity(Kind::Mean { group: 0, parameter: 0 }).unwrap();
    let sd = found.quantity(Kind::Sd { parameter: 0 }).unwrap();
    let logs: Vec<f64> = sd.values.iter().map(|value| value.ln()).collect();
    for ((values, ess), (mean, sd)) in [(&mean.values, mean.ess), (&logs, sd.ess)].into_iter().zip(expected) {
        let (own_mean, own_sd) = moments(values);
        // Four standard errors of the chains, and what 2000 quantiles are not the normal distribution.
        let error = 4.0 * sd / ess.sqrt() + 0.01 * sd;
        assert!((own_mean - mean).abs() < error, "{own_mean} {mean} {error}");
        assert!((own_sd / sd - 1.0).abs() < 4.0 / ess.sqrt() + 0.03, "{own_sd} {sd}");
    }
}

#[test]
fn cells_are_drawn_to_the_population_the_more_the_less_they_say() {
    let cells: Vec<Cell> = CELLS.iter().map(|own| cell(*own, PRIOR, 1000)).collect();
    let (found, _) = pooled(&cells, 1000);
    let population = moments(&found.quantity(Kind::Mean { group: 0, parameter: 0 }).unwrap().values).0;
    for (place, (observed, sd)) in CELLS.iter().enumerate() {
        let (mean, own_sd) = moments(&found.cells[place][0]);
        let towards = (mean - observed) / (population - observed);
        assert!((0.0..1.0).contains(&towards) && own_sd < 1.1 * sd, "{place}: {mean} {observed} {own_sd}");
    }
    let towards = |place: usize| {
        let observed: f64 = CELLS[place].0;
        (moments(&found.cells[place][0]).0 - observed) / (population - observed)
    };
    // The sds are 0.8 and 0.2.
    assert!(towards(2) > 2.0 * towards(4), "{} {}", towards(2), towards(4));
}

#[test]
fn a_population_much_narrower_than_its_cells_is_found() {
    // All at the same place, each known to ±1: the spread of 40 of them is far below that of any single one.
    let cells: Vec<Cell> =
        (0..40).map(|place| cell((0.01 * f64::from(place % 3), 1.0), (0.0, 50.0), 500)).collect();
    let (found, _) = pooled(&cells, 1000);
    assert!(found.is_converged(), "{:?}", found.worst());
    let [_, median, upper] = found.quantity(Kind::Sd { parameter: 0 }).unwrap().interval();
    assert!(median < 0.3 && upper < 0.8, "{median} {upper}");
    let mean = moments(&found.quantity(Kind::Mean { group: 0, parameter: 0 }).unwrap().values);
    // 1 / √40 = 0.158 and a little of the spread.
    assert!(mean.0.abs() < 0.05 && (0.15..0.2).contains(&mean.1), "{mean:?}");
}

#[test]
fn nothing_depends_on_the_threads() {
    let cells: Vec<Cell> = CELLS.iter().map(|own| cell(*own, PRIOR, 200)).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pooled(&cells, 100).0)
    };
    let (one, three) = (run(1), run(3));
    assert!(one.quantities.iter().zip(&three.quantities).all(|(a, b)| a.values == b.values));
    assert_eq!(one.cells, three.cells);
}

#[test]
fn draws_that_do_not_tell_their_covariance_are_no_cell() {
    let rows: Vec<Vec<f64>> = (0..30).map(|place| vec![f64::from(place)]).collect();
    assert!(Cell::new(&rows, &[0.0; 30]).is_none());
    // One weight is all.
    let rows: Vec<Vec<f64>> = (0..300).map(|place| vec![f64::from(place)]).collect();
    let steep: Vec<f64> = rows.iter().map(|row| 20.0 * row[0]).collect();
    assert!(Cell::new(&rows, &steep).is_none());
}
