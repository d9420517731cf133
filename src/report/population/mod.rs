//! The report of a population: one page, and its charts as pictures.

mod figures;
mod page;

pub use figures::population_pictures;
pub use page::population_html;

use super::Origin;
use super::forest::{Bar, Forest, Row};
use crate::comparison::SURE;
use crate::posterior::{interval_text, probability_text};

/// What the report of a population tells.
#[derive(Clone, Debug, Default)]
pub struct PopulationContent {
    /// What was pooled, such as `16 results: control 8, drug 8`.
    pub name: String,
    /// Why the chains over the population cannot be trusted; empty if they can.
    pub reasons: Vec<String>,
    /// What is doubtful about single cells.
    pub cautions: Vec<String>,
    /// The largest R-hat and the smallest effective sample size.
    pub worst: (f64, f64),
    /// What it means, the surest first.
    pub sentences: Vec<String>,
    /// Names of the groups.
    pub groups: Vec<String>,
    /// Whether each cell has a result in every group.
    pub is_paired: bool,
    /// What was pooled.
    pub parameters: Vec<PooledNumbers>,
    /// Of each pair of parameters.
    pub correlations: Vec<PooledCorrelation>,
    /// Each cell.
    pub cells: Vec<PooledCell>,
    /// Number of chains.
    pub chains: usize,
    /// Every number of the population.
    pub quantities: Vec<PooledQuantity>,
    /// Parameters that not all results have.
    pub left_out: Vec<String>,
    /// Each result.
    pub origins: Vec<Origin>,
    /// With what options.
    pub options: Vec<[String; 2]>,
}

/// What is said of one parameter, in its unit. Intervals are lower end, median and upper end.
#[derive(Clone, Debug, Default)]
pub struct PooledNumbers {
    /// Its name.
    pub name: String,
    /// Its unit, if it is known.
    pub unit: Option<String>,
    /// Whether it is lognormal over cells: then its effects are ratios, and its spread is a coefficient of variation.
    pub is_log: bool,
    /// The mean of each group.
    pub means: Vec<[f64; 3]>,
    /// R-hat and effective sample size of each.
    pub diagnostics: Vec<(f64, f64)>,
    /// What 95 % of the cells of each group have, at the medians of mean and spread.
    pub reach: Vec<[f64; 2]>,
    /// How far cells scatter, as words.
    pub spread: String,
    /// The same within cells of a paired design.
    pub spread_within: Option<String>,
    /// The effect of each group but the first, with the probability that it has more.
    pub effects: Vec<([f64; 3], f64)>,
}

/// The correlation of two parameters over cells.
#[derive(Clone, Debug)]
pub struct PooledCorrelation {
    /// Numbers of the parameters.
    pub pair: [usize; 2],
    /// Lower end, median, upper end.
    pub interval: [f64; 3],
    /// The probability that it is above zero.
    pub p_positive: f64,
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct PooledCell {
    /// Its name.
    pub name: String,
    /// Number of its group.
    pub group: usize,
    /// Of each parameter the interval of its own posterior.
    pub own: Vec<[f64; 3]>,
    /// The same with the others known.
    pub shrunken: Vec<[f64; 3]>,
    /// Independent draws that were taken, and how many of them the population reaches.
    pub draws: (usize, f64),
    /// Whether these are too few.
    pub is_unreached: bool,
    /// The shape of the tail of the weights, if they have one.
    pub pareto_k: Option<f64>,
    /// Whether that is too large.
    pub is_heavy: bool,
}

/// A number of the population with its draws, chain after chain.
#[derive(Clone, Debug, Default)]
pub struct PooledQuantity {
    /// Such as `mean of g_K, drug`.
    pub name: String,
    /// On the scale of the population.
    pub values: Vec<f64>,
    /// R-hat and effective sample size.
    pub diagnostics: (f64, f64),
}

/// Effects of all groups, on an axis for each unit.
fn effects(content: &PopulationContent) -> Vec<Forest> {
    let (mut ratios, mut differences) = (Vec::new(), Vec::new());
    let several = content.groups.len() > 2;
    for own in content.parameters.iter().filter(|own| !own.effects.is_empty()) {
        let bar = |(number, (values, p)): (usize, &([f64; 3], f64))| {
            let group = &content.groups[number + 1];
            let words = format!(
                "{}, {group}: {}, P(larger) {}",
                own.name,
                interval_text(*values),
                probability_text(*p)
            );
            Bar { values: *values, colour: number, is_sure: p.max(1.0 - p) >= SURE, words }
        };
        let bars = own.effects.iter().enumerate().map(bar).collect();
        let p = probability_text(own.effects[0].1);
        let note = if several { String::new() } else { format!("P(larger) {p}") };
        let row = Row { label: own.name.clone(), note, band: None, bars };
        if own.is_log {
            ratios.push(row);
        } else {
            let unit = own.unit.as_deref().filter(|unit| *unit != "1" && !unit.is_empty());
            let title = unit.map_or("difference".to_owned(), |unit| format!("difference ({unit})"));
            differences.push((title, row));
        }
    }
    Forest::by_axis(("ratio", ratios), differences)
}

/// Correlations that are drawn.
const CORRELATIONS: usize = 30;

/// Correlations over cells, the surest first; `None` of a single parameter.
fn correlations(content: &PopulationContent) -> Option<Forest> {
    let sure = |own: &PooledCorrelation| (own.p_positive - 0.5).abs();
    let mut ordered: Vec<&PooledCorrelation> = content.correlations.iter().collect();
    ordered.sort_by(|a, b| sure(b).total_cmp(&sure(a)));
    let row = |own: &&PooledCorrelation| {
        let [first, second] = own.pair.map(|place| &*content.parameters[place].name);
        let (label, p) = (format!("{first}, {second}"), probability_text(own.p_positive));
        let words = format!("{label}: {}, P(> 0) {p}", interval_text(own.interval));
        let is_sure = sure(own) >= SURE - 0.5;
        let bar = Bar { values: own.interval, colour: 0, is_sure, words };
        Row { label, note: format!("P(> 0) {p}"), band: None, bars: vec![bar] }
    };
    let rows: Vec<Row> = ordered.iter().take(CORRELATIONS).map(row).collect();
    (!rows.is_empty()).then(|| Forest {
        title: "correlation between cells".to_owned(),
        is_log: false,
        reference: Some(0.0),
        ends: Some([-1.02, 1.02]),
        is_overlaid: false,
        rows,
    })
}

/// The cells in the order in which they are drawn: by group, then by their own median.
fn in_order(content: &PopulationContent, parameter: usize) -> Vec<&PooledCell> {
    let mut cells: Vec<&PooledCell> = content.cells.iter().collect();
    cells.sort_by(|a, b| {
        a.group.cmp(&b.group).then_with(|| a.own[parameter][1].total_cmp(&b.own[parameter][1]))
    });
    cells
}
