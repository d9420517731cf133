//! What of a feature is compared: `Spikecount`, `peak_voltage[0]` or `mean(peak_voltage)`.

use thiserror::Error;

use super::analysis::Analysis;
use super::catalogue::Feature;
use super::comparison::{COMPARISONS, Comparison, ComparisonKind, Recorded};
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
    /// The number of a comparison is missing, or no number of its kind.
    #[error("expected a distance such as {expected}, found \"{found}\"")]
    BadComparison {
        /// How it is written.
        expected: String,
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

/// One number of a sweep: a feature, and which of its values if it has many, or how far the sweep is from the recorded
/// one.
#[derive(Clone, Debug)]
pub struct Measure {
    what: What,
    name: String,
}

#[derive(Clone, Debug)]
enum What {
    Feature(&'static Feature, Pick),
    Comparison(Comparison, Option<Recorded>),
}

/// Measures of the same name are the same, whichever sweep they are compared with.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
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
    /// spike, `name[0]`, `name[-1]`, `mean(name)`, `median(name)`, `min(name)` or `max(name)`; or a comparison with the
    /// recorded sweep, such as `van_rossum_distance(10 ms)`.
    ///
    /// # Errors
    /// If the feature or the summary is unknown, or if a selector is missing or out of place.
    pub fn parse(text: &str) -> Result<Self, FeatureError> {
        let text = text.trim();
        let word = text.split(['(', '[']).next().unwrap_or_default().trim();
        if let Some(kind) = COMPARISONS.iter().find(|kind| kind.name == word) {
            return Self::comparison(kind, text);
        }
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
            _ => Ok(Self { what: What::Feature(feature, pick), name: pick.spell(feature.name) }),
        }
    }

    fn comparison(kind: &ComparisonKind, text: &str) -> Result<Self, FeatureError> {
        let inner = text[kind.name.len()..].trim();
        let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).map(str::trim);
        let bare = text.trim() == kind.name;
        let comparison = if bare || inner.is_some() { kind.with(inner) } else { None };
        let comparison = comparison.ok_or_else(|| FeatureError::BadComparison {
            expected: kind.spelling(),
            found: text.to_owned(),
        })?;
        let name = inner.map_or(kind.name.to_owned(), |inner| format!("{}({inner})", kind.name));
        Ok(Self { what: What::Comparison(comparison, None), name })
    }

    /// Whether it compares with the recorded sweep, and so needs one.
    pub fn is_comparison(&self) -> bool {
        matches!(self.what, What::Comparison(..))
    }

    /// The same measure for one recorded sweep, which comparisons are made with.
    pub fn beside(&self, recorded: &Analysis<'_>) -> Self {
        match self.what {
            What::Feature(..) => self.clone(),
            What::Comparison(comparison, _) => {
                let what = What::Comparison(comparison, Some(comparison.of_recorded(recorded)));
                Self { what, name: self.name.clone() }
            }
        }
    }

    /// How the measure is written, without blanks.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit of the value.
    pub fn unit(&self) -> Unit {
        match self.what {
            What::Feature(feature, _) => feature.unit,
            What::Comparison(comparison, _) => comparison.unit(),
        }
    }

    /// Whether it describes spikes, so that a silent sweep has no value, or zero.
    pub fn is_spike_feature(&self) -> bool {
        match self.what {
            What::Feature(feature, _) => feature.of_spikes,
            What::Comparison(..) => false,
        }
    }

    /// The value in a sweep; `None` if it has none, such as `peak_voltage[3]` of a sweep with three spikes.
    pub fn value(&self, analysis: &Analysis<'_>) -> Option<f64> {
        let value = match &self.what {
            What::Feature(feature, pick) => {
                let mut values = analysis.scratch();
                feature.read(analysis, &mut values);
                pick.apply(&mut values)
            }
            What::Comparison(comparison, recorded) => comparison.between(analysis, recorded.as_ref()?),
        };
        value.filter(|value| value.is_finite())
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
        let features = FEATURES.iter().map(|feature| feature.name);
        let known: Vec<&str> = features.chain(COMPARISONS.iter().map(|kind| kind.name)).collect();
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
    fn a_comparison_says_what_it_needs() {
        let measure = Measure::parse("van_rossum_distance( 10 ms )").unwrap();
        assert_eq!((measure.name(), measure.is_comparison()), ("van_rossum_distance(10 ms)", true));
        assert!(Measure::parse("phase_plane_distance").is_ok());
        for text in [
            "van_rossum_distance",
            "van_rossum_distance(10)",
            "van_rossum_distance(-1 ms)",
            "phase_plane_distance(1)",
        ] {
            assert!(message(text).starts_with("expected a distance such as "), "{text}: {}", message(text));
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
