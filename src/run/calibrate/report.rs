//! What a calibration found, in numbers and in words.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::plot::{Cumulated, plot_coverage, plot_ranks};
use super::trial::{Outcome, Trial};
use crate::diagnostics::{BAND_LEVEL, RankTest, UniformRanks, holm};
use crate::run::RunError;
use crate::run::check::Plan;

/// Smallest corrected p-value of a sampler that passes.
const SMALLEST_P: f64 = 0.01;

/// A shift or spread of so many standard errors is named.
const NOTABLE: f64 = 3.0;

/// Fewer runs than this show only gross mistakes.
const MANY_RUNS: usize = 100;

/// Bars of the histogram in the terminal.
const BARS: usize = 16;

/// One test: of a parameter, or of all together.
struct Tested {
    name: String,
    ranks: Vec<usize>,
    test: RankTest,
    /// Corrected for the number of tests.
    p_value: f64,
}

pub(super) struct Report {
    sampler: String,
    draws: usize,
    outcomes: Vec<(Outcome, usize)>,
    uniform: UniformRanks,
    /// The parameters, and then coverage.
    tested: Vec<Tested>,
}

impl Report {
    pub(super) fn new(plan: &Plan, trials: &[Trial], draws: usize) -> Self {
        let used: Vec<&Trial> = trials.iter().filter(|trial| !trial.ranks.is_empty()).collect();
        let uniform = UniformRanks::new(draws, used.len());
        let parameters = plan.problem.space.parameters().iter().enumerate().map(|(index, parameter)| {
            let ranks: Vec<usize> = used.iter().map(|trial| trial.ranks[index]).collect();
            (parameter.name.clone(), ranks)
        });
        let nearer = ("coverage".to_owned(), used.iter().map(|trial| trial.nearer).collect());
        let tested = parameters.chain([nearer]).map(|(name, ranks): (String, Vec<usize>)| {
            let test = uniform.test(&ranks);
            Tested { name, ranks, p_value: test.p_value, test }
        });
        let mut tested: Vec<Tested> = tested.collect();
        let corrected = holm(&tested.iter().map(|own| own.test.p_value).collect::<Vec<_>>());
        for (own, p_value) in tested.iter_mut().zip(corrected) {
            own.p_value = p_value;
        }
        let count = |outcome| (outcome, trials.iter().filter(|trial| trial.outcome == outcome).count());
        let sampler = plan.sampler.clone();
        Self { sampler, draws, outcomes: Outcome::ALL.into_iter().map(count).collect(), uniform, tested }
    }

    fn used(&self) -> usize {
        self.tested.first().map_or(0, |own| own.ranks.len())
    }

    fn failed(&self) -> Vec<&Tested> {
        self.tested.iter().filter(|own| !(own.p_value > SMALLEST_P)).collect()
    }

    /// Whether every rank looks uniform.
    fn is_calibrated(&self) -> bool {
        self.used() > 0 && self.failed().is_empty()
    }

    pub(super) fn json(&self) -> Value {
        let bands = self.uniform.bands();
        let one = |own: &Tested| {
            let value = json!({
                "p_value": own.test.p_value,
                "p_value_corrected": own.p_value,
                "shift": own.test.shift,
                "spread": own.test.spread,
                "histogram": histogram(&own.ranks, self.draws, BARS),
                "ranks_up_to": (0..self.draws).map(|rank| own.up_to(rank)).collect::<Vec<_>>(),
            });
            (own.name.clone(), value)
        };
        let (parameters, coverage) = self.tested.split_at(self.tested.len() - 1);
        json!({
            "sampler": self.sampler,
            "calibrated": self.is_calibrated(),
            "runs": self.outcomes.iter().map(|(_, count)| count).sum::<usize>(),
            "outcomes": self.outcomes.iter().map(|(outcome, count)| (outcome.word().to_owned(), json!(count)))
                .collect::<Map<_, _>>(),
            "draws_per_run": self.draws,
            "parameters": parameters.iter().map(one).collect::<Map<_, _>>(),
            "coverage": coverage.first().map(|own| one(own).1),
            "bands": {
                "level": BAND_LEVEL,
                "lower": bands.iter().map(|band| band.0).collect::<Vec<_>>(),
                "upper": bands.iter().map(|band| band.1).collect::<Vec<_>>(),
            },
        })
    }

    /// Draws `ranks.png` and `coverage.png`; nothing without a run.
    pub(super) fn plot(&self, folder: &Path) -> Result<(), RunError> {
        if self.used() == 0 {
            return Ok(());
        }
        let band = self.uniform.bands();
        let cumulated = |own: &Tested| Cumulated {
            name: own.name.clone(),
            up_to: (0..self.draws).map(|rank| own.up_to(rank)).collect(),
            runs: own.ranks.len(),
            band: band.clone(),
        };
        let all: Vec<Cumulated> = self.tested.iter().map(cumulated).collect();
        let (coverage, parameters) = all.split_last().expect("coverage is always tested");
        let runs = self.used();
        let band = format!("{:.0} % of samplers that are right stay in the band", 100.0 * (1.0 - BAND_LEVEL));
        let title = format!("{}, {runs} runs: {band}", self.sampler);
        plot_ranks(parameters, &title, &folder.join("ranks.png"))?;
        plot_coverage(
            coverage,
            &format!("coverage of {}, {runs} runs", self.sampler),
            &folder.join("coverage.png"),
        )
    }

    pub(super) fn text(&self) -> String {
        let mut text =
            format!("{:<16}{:>10}{:>10}{:>10}  ranks of the truth\n", "parameter", "p", "shift", "spread");
        for own in &self.tested {
            let _ = writeln!(
                text,
                "{:<16}{:>10.3}{:>10.1}{:>10.1}  {}",
                own.name,
                own.p_value,
                own.test.shift,
                own.test.spread,
                bars(&histogram(&own.ranks, self.draws, BARS))
            );
        }
        let outcomes = self.outcomes.iter().filter(|(_, count)| *count > 0);
        let outcomes: Vec<String> =
            outcomes.map(|(outcome, count)| format!("{count} {}", outcome.word())).collect();
        let _ = writeln!(text, "\nruns of {}: {}", self.sampler, outcomes.join(", "));
        let _ = writeln!(text, "{}", self.verdict());
        text
    }

    fn verdict(&self) -> String {
        if self.used() == 0 {
            return "not calibrated: no run has draws".to_owned();
        }
        let failed = self.failed();
        let few = if self.used() < MANY_RUNS {
            format!("; {} runs show only gross mistakes, make 200 or more", self.used())
        } else {
            String::new()
        };
        if failed.is_empty() {
            return format!("calibrated: every p, corrected for their number, is above {SMALLEST_P}{few}");
        }
        let mut text = "not calibrated:".to_owned();
        for own in failed {
            let _ = write!(text, "\n- {}: {}", own.name, own.explained());
        }
        text + &few
    }
}

impl Tested {
    /// Runs with at most this rank.
    fn up_to(&self, rank: usize) -> usize {
        self.ranks.iter().filter(|other| **other <= rank).count()
    }

    fn explained(&self) -> String {
        let RankTest { shift, spread, .. } = self.test;
        let mut ways = Vec::new();
        if shift <= -NOTABLE {
            ways.push("the draws are too high");
        } else if shift >= NOTABLE {
            ways.push("the draws are too low");
        }
        if spread >= NOTABLE {
            ways.push("the posteriors are too narrow");
        } else if spread <= -NOTABLE {
            ways.push("the posteriors are too wide");
        }
        if ways.is_empty() {
            ways.push("the ranks are not uniform");
        }
        ways.join(" and ")
    }
}

/// How many ranks fall into each of some bins of equal width.
fn histogram(ranks: &[usize], draws: usize, bins: usize) -> Vec<usize> {
    let mut counts = vec![0; bins];
    for rank in ranks {
        counts[rank * bins / (draws + 1)] += 1;
    }
    counts
}

/// A bar for each count.
fn bars(counts: &[usize]) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    counts.iter().map(|count| HEIGHTS[count * (HEIGHTS.len() - 1) / highest]).collect()
}
