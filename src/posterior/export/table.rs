//! The draws as a table: one row for each draw, one column for each number.

use std::path::Path;

use super::super::csv::{number, write_table};
use super::super::stored::{DrawColumn, draw_columns};
use super::super::{Attribute, Posterior, StoreError};

/// Draws in columns.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawTable {
    /// Number of chains; weighted particles are one.
    pub chains: usize,
    /// Draws of each chain.
    pub draws: usize,
    /// Parameters: name, unit, and chain after chain its draws.
    pub parameters: Vec<Column>,
    /// What else is known of each draw, such as `lp` or `weight`.
    pub statistics: Vec<Column>,
}

/// One number of every draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name; an element of a vector has its place in brackets: `g[0]`.
    pub name: String,
    /// Its unit, if the file says so.
    pub unit: Option<String>,
    /// Chain after chain.
    pub values: Vec<f64>,
}

impl DrawTable {
    /// The groups `posterior` and `sample_stats` of a result; `None` if it has no draws.
    pub fn new(posterior: &Posterior) -> Option<Self> {
        let group = |name: &str| posterior.groups.iter().find(|group| group.name == name);
        let own = group("posterior")?;
        let length = |name: &str| {
            let axis = own.coordinates.iter().find(|own| own.name == name);
            axis.map(|own| own.values.len()).filter(|&length| length > 0)
        };
        let (chains, draws) = (length("chain")?, length("draw")?);
        let columns = |name: &str| {
            let named = group(name).map_or_else(Vec::new, |group| draw_columns(group, chains, draws));
            let column = |own: DrawColumn| Column { name: own.name, unit: own.unit, values: own.values };
            named.into_iter().map(column).collect::<Vec<_>>()
        };
        let (parameters, statistics) = (columns("posterior"), columns("sample_stats"));
        (!parameters.is_empty()).then_some(Self { chains, draws, parameters, statistics })
    }

    /// A statistic by name.
    pub fn statistic(&self, name: &str) -> Option<&[f64]> {
        self.statistics.iter().find(|own| own.name == name).map(|own| &*own.values)
    }

    /// The row that explains the data best: the highest `lp`, or the smallest `distance`.
    pub fn best(&self) -> Option<usize> {
        let best = |values: &[f64], sign: f64| {
            let finite = values.iter().enumerate().filter(|(_, value)| value.is_finite());
            finite.max_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1))).map(|(row, _)| row)
        };
        let highest = self.statistic("lp").and_then(|values| best(values, 1.0));
        highest.or_else(|| self.statistic("distance").and_then(|values| best(values, -1.0)))
    }

    /// Parameters, then statistics.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.parameters.iter().chain(&self.statistics)
    }

    /// Writes `chain,draw,<parameters>,<statistics>`, chain after chain.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write_csv(&self, path: &Path) -> Result<(), StoreError> {
        let names: Vec<&str> =
            ["chain", "draw"].into_iter().chain(self.columns().map(|own| &*own.name)).collect();
        write_table(path, &names, |writer| {
            for row in 0..self.chains * self.draws {
                let mut record = vec![(row / self.draws).to_string(), (row % self.draws).to_string()];
                record.extend(self.columns().map(|own| number(own.values[row])));
                writer.write_record(&record)?;
            }
            Ok(())
        })
    }
}

/// The value of an attribute as text.
pub(super) fn attribute_text(value: &Attribute) -> String {
    match value {
        Attribute::Text(text) => text.clone(),
        Attribute::Number(number) => number.to_string(),
        Attribute::Integer(number) => number.to_string(),
    }
}
