//! What of a feature is compared: `Spikecount`, `peak_voltage[0]` or `mean(peak_voltage)`.

use thiserror::Error;

use super::analysis::Analysis;
use super::catalogue::Feature;
use super::list::FEATURES;
use crate::settings::did_you_mean;
use crate::units::Unit;

/// Why a text is not a measure.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FeatureError {
    /// There is no feature of this name.
    #[error("unknown feature `{found}`: {help}")]
    UnknownFeature {
        /// The name.
        found: String,
        /// What to write instead.
        help: String,
    },
    /// There is no summary of this name.
    #[error("unknown summary `{found}({feature})`; write mean({feature}), median(..), min(..) or max(..)")]
    UnknownSummary {
        /// The word before the bracket.
        found: String,
        /// The word inside.
        feature: String,
    },
    /// A list where one value is wanted.
    #[error("{name} has one value per spike; write {name}[0], {name}[-1] or mean({name})")]
    ListWithoutSelector {
        /// The feature.
        name: &'static str,
    },
    /// One value where a list is wanted.
    #[error("{name} has one value per sweep, found \"{found}\"; write {name}")]
    SelectorOnSingle {
        /// The feature.
        name: &'static str,
        /// The text.
        found: String,
    },
    /// The place in the list is not a whole number.
    #[error("expected a spike such as {name}[0] or {name}[-1] (the last), found \"{found}\"")]
    BadIndex {
        /// The feature.
        name: &'static str,
        /// The text.
        found: String,
    },
}

/// One number of a sweep: a feature, and which of its values if it has many.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    feature: &'static Feature,
    pick: Pick,
    name: String,
}

/// How many values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pick {
    /// There is one value.
    Only,
    /// This value, counted from 0, or from −1 backwards.
    At(isize),
    Mean,
    Median,
    Min,
    Max,
}

const SUMMARIES: [(&str, Pick); 4] =
    [("mean", Pick::Mean), ("median", Pick::Median), ("min", Pick::Min), ("max", Pick::Max)];

impl Measure {
    /// Reads a measure: the name of a feature with one value per sweep, or, of a feature with one value per
    /// spike, `name[0]`, `name[-1]`, `mean(name)`, `median(name)`, `min(name)` or `max(name)`.
    ///
    /// # Errors
    /// If the feature or the summary is unknown, or if a selector is missing or out of place.
    pub fn parse(text: &str) -> Result<Self, FeatureError> {
        let text = text.trim();
        let (feature, pick) =
            if let Some((summary, rest)) = text.split_once('(').filter(|_| text.ends_with(')')) {
                let name = rest[..rest.len() - 1].trim();
                let known = SUMMARIES.iter().find(|(word, _)| *word == summary.trim());
                let (_, pick) = known.ok_or_else(|| FeatureError::UnknownSummary {
                    found: summary.trim().to_owned(),
                    feature: name.to_owned(),
                })?;
                (find(name)?, *pick)
            } else if let Some((name, rest)) = text.split_once('[').filter(|_| text.ends_with(']')) {
                let feature = find(name.trim())?;
                let index = rest[..rest.len() - 1].trim().parse();
                let bad_index = |_| FeatureError::BadIndex { name: feature.name, found: text.to_owned() };
                (feature, Pick::At(index.map_err(bad_index)?))
            } else {
                (find(text)?, Pick::Only)
            };
        match (feature.per_spike(), pick) {
            (true, Pick::Only) => Err(FeatureError::ListWithoutSelector { name: feature.name }),
            (false, Pick::At(_) | Pick::Mean | Pick::Median | Pick::Min | Pick::Max) => {
                Err(FeatureError::SelectorOnSingle { name: feature.name, found: text.to_owned() })
            }
            _ => Ok(Self { feature, pick, name: pick.spell(feature.name) }),
        }
    }

    /// How the measure is written, without blanks.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit of the value.
    pub fn unit(&self) -> Unit {
        self.feature.unit
    }

    /// The feature that is measured.
    pub fn feature(&self) -> &'static Feature {
        self.feature
    }

    /// Whether it describes spikes, so that a silent sweep has no value, or zero.
    pub fn is_spike_feature(&self) -> bool {
        self.feature.of_spikes
    }

    /// The value in a sweep; `None` if it has none, such as `peak_voltage[3]` of a sweep with three spikes.
    pub fn value(&self, analysis: &Analysis<'_>) -> Option<f64> {
        let mut values = analysis.scratch();
        self.feature.read(analysis, &mut values);
        self.pick.apply(&mut values).filter(|value| value.is_finite())
    }
}

impl Pick {
    fn spell(self, name: &str) -> String {
        match self {
            Pick::Only => name.to_owned(),
            Pick::At(index) => format!("{name}[{index}]"),
            Pick::Mean => format!("mean({name})"),
            Pick::Median => format!("median({name})"),
            Pick::Min => format!("min({name})"),
            Pick::Max => format!("max({name})"),
        }
    }

    fn apply(self, values: &mut [f64]) -> Option<f64> {
        match self {
            Pick::Only => values.first().copied(),
            Pick::At(index) if index < 0 => {
                values.len().checked_add_signed(index).and_then(|i| values.get(i).copied())
            }
            Pick::At(index) => values.get(index.unsigned_abs()).copied(),
            Pick::Mean => (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64),
            Pick::Median => median(values),
            Pick::Min => values.iter().copied().reduce(f64::min),
            Pick::Max => values.iter().copied().reduce(f64::max),
        }
    }
}

/// The middle value, or the mean of the two in the middle; sorts the values.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

fn find(name: &str) -> Result<&'static Feature, FeatureError> {
    FEATURES.iter().find(|feature| feature.name == name).ok_or_else(|| {
        let known: Vec<&str> = FEATURES.iter().map(|feature| feature.name).collect();
        let help = did_you_mean(name, &known).unwrap_or_else(|| format!("known are {}", known.join(", ")));
        FeatureError::UnknownFeature { found: name.to_owned(), help }
    })
}

/// Every feature of a sweep with its values; `None` for a feature that has no value there.
pub fn extract_all(analysis: &Analysis<'_>) -> Vec<(&'static Feature, Option<Vec<f64>>)> {
    let read = |feature: &'static Feature| {
        let mut values = Vec::new();
        feature.read(analysis, &mut values);
        (feature, (!values.is_empty()).then_some(values))
    };
    FEATURES.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Measure::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_measure_is_spelt_as_it_is_read() {
        for text in ["Spikecount", "peak_voltage[0]", "all_ISI_values[-1]", "median(AHP_depth)"] {
            assert_eq!(Measure::parse(text).unwrap().name(), text);
        }
        let blanks = Measure::parse(" mean( peak_voltage ) ").unwrap();
        assert_eq!((blanks.name(), blanks.unit()), ("mean(peak_voltage)", Unit::Millivolt));
        assert!(blanks.is_spike_feature() && !Measure::parse("voltage_base").unwrap().is_spike_feature());
    }

    #[test]
    fn a_mistake_says_what_to_write() {
        assert_eq!(message("peak_volt"), "unknown feature `peak_volt`: did you mean `peak_voltage`?");
        assert_eq!(message("spikecount[0]"), "unknown feature `spikecount`: did you mean `Spikecount`?");
        assert!(message("zzz").contains("known are AHP_depth, "));
        assert_eq!(
            message("peak_voltage"),
            "peak_voltage has one value per spike; write peak_voltage[0], peak_voltage[-1] or mean(peak_voltage)"
        );
        assert_eq!(
            message("mean(Spikecount)"),
            "Spikecount has one value per sweep, found \"mean(Spikecount)\"; write Spikecount"
        );
        assert_eq!(
            message("peak_voltage[first]"),
            "expected a spike such as peak_voltage[0] or peak_voltage[-1] (the last), found \"peak_voltage[first]\""
        );
        assert!(
            message("average(peak_voltage)").starts_with("unknown summary `average(peak_voltage)`; write")
        );
        for text in ["", "[", "]", "()", ")(", "mean(", "peak_voltage[", "peak_voltage[]", "mean()", "[0]"] {
            assert!(Measure::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_becomes_one_value() {
        let pick = |pick: Pick| pick.apply(&mut [3.0, 1.0, 2.5, 7.0]);
        assert_eq!(pick(Pick::At(0)), Some(3.0));
        assert_eq!(pick(Pick::At(-1)), Some(7.0));
        assert_eq!(pick(Pick::At(-4)), Some(3.0));
        assert_eq!(pick(Pick::At(4)), None);
        assert_eq!(pick(Pick::At(-5)), None);
        assert_eq!(pick(Pick::Mean), Some(3.375));
        assert_eq!(pick(Pick::Median), Some(2.75));
        assert_eq!(pick(Pick::Min), Some(1.0));
        assert_eq!(pick(Pick::Max), Some(7.0));
        assert_eq!(Pick::Median.apply(&mut []), None);
        assert_eq!(Pick::Mean.apply(&mut []), None);
        assert_eq!(Pick::Median.apply(&mut [5.0, 1.0, 2.0]), Some(2.0));
    }
}
