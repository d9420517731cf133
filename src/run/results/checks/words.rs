//! What features are called, and what is wrong with those that differ.

/// How a feature is spoken of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kind {
    /// Such as `AP width`.
    pub(super) noun: String,
    /// Such as `too wide`.
    pub(super) above: &'static str,
    /// Such as `too narrow`.
    pub(super) below: &'static str,
}

/// The beginning of a feature's name and the noun for it.
const NOUNS: &[(&str, &str)] = &[
    ("Spikecount", "spike count"),
    ("spike_count", "spike count"),
    ("spike_rate", "firing rate"),
    ("mean_frequency", "firing rate"),
    ("voltage_base", "baseline voltage"),
    ("time_to_first_spike", "time to the first spike"),
    ("time_to_last_spike", "time to the last spike"),
    ("inv_", ""),
    ("all_ISI_values", "interval between spikes"),
    ("ISI_values", "interval between spikes"),
    ("peak_voltage", "AP peak"),
    ("AP_amplitude", "AP amplitude"),
    ("AP_begin_voltage", "AP threshold"),
    ("AP_duration_half_width", "AP width"),
    ("AP_width", "AP width"),
    ("AHP_depth_abs", "voltage after a spike"),
    ("AHP_depth", "depth after a spike"),
    ("min_voltage_between_spikes", "voltage between spikes"),
    ("min_AHP_values", "voltage after a spike"),
    ("steady_state_voltage_stimend", "voltage at the end of the stimulus"),
    ("adaptation_index", "adaptation"),
    ("ohmic_input_resistance", "input resistance"),
];

/// How to speak of a measure, such as `mean(peak_voltage)`, in a unit.
pub(super) fn kind_of(measure: &str, unit: &str) -> Kind {
    const SUMMARIES: [&str; 4] = ["mean(", "median(", "min(", "max("];
    let inner = SUMMARIES.iter().find_map(|summary| measure.strip_prefix(summary)).unwrap_or(measure);
    let base = inner.split(['[', '(', ')']).next().unwrap_or(inner);
    let known = NOUNS.iter().find(|(name, _)| base.starts_with(name)).map(|(_, noun)| *noun);
    let noun = known.filter(|noun| !noun.is_empty()).unwrap_or(base).to_owned();
    let (above, below) = if noun.ends_with("count") {
        ("too many", "too few")
    } else if noun.ends_with("width") {
        ("too wide", "too narrow")
    } else if noun.starts_with("time to") {
        ("too late", "too early")
    } else {
        match unit {
            "ms" => ("too long", "too short"),
            "mV" => ("too high", "too low"),
            "Hz" => ("too fast", "too slow"),
            _ => ("too large", "too small"),
        }
    };
    Kind { noun, above, below }
}

/// A number with two digits that count, and its unit: `0.31 ms`.
pub(super) fn amount(value: f64, unit: &str) -> String {
    let decimals = if value.abs() > 0.0 { 1.0 - value.abs().log10().floor() } else { 0.0 };
    let number = format!("{value:.*}", decimals.clamp(0.0, 6.0) as usize);
    if unit.is_empty() || unit == "1" { number } else { format!("{number} {unit}") }
}

/// `a, b and c`.
pub(super) fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_have_nouns_and_ways_to_be_wrong() {
        let kind = kind_of("AP_duration_half_width[0]", "ms");
        assert_eq!((&*kind.noun, kind.above), ("AP width", "too wide"));
        assert_eq!(kind_of("mean(peak_voltage)", "mV").below, "too low");
        assert_eq!(kind_of("Spikecount", "1").above, "too many");
        let distance = kind_of("van_rossum_distance(10 ms)", "1");
        assert_eq!((&*distance.noun, distance.above), ("van_rossum_distance", "too large"));
        assert_eq!(kind_of("inv_first_ISI", "Hz").noun, "inv_first_ISI");
    }

    #[test]
    fn amounts_have_two_digits() {
        assert_eq!(amount(0.3049, "ms"), "0.30 ms");
        assert_eq!(amount(27.4, "mV"), "27 mV");
        assert_eq!(amount(3.0, "1"), "3.0");
        assert_eq!(joined(&["a", "b", "c"].map(str::to_owned)), "a, b and c");
    }
}
