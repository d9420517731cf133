//! The list of features.

use std::fmt;

use super::analysis::Analysis;
use super::{spikes, voltages};
use crate::units::Unit;
use crate::units::Unit::{Hertz, Millisecond, Millivolt, MillivoltPerMillisecond, One};

/// Something that is measured on a sweep.
#[derive(Clone, Copy)]
pub struct Feature {
    /// The name, which is eFEL's where eFEL has the feature.
    pub name: &'static str,
    /// The unit of its values.
    pub unit: Unit,
    /// One line with the definition.
    pub summary: &'static str,
    /// Whether it describes spikes, so that a silent sweep has no value, or zero.
    pub of_spikes: bool,
    extract: Extract,
}

#[derive(Clone, Copy)]
enum Extract {
    /// One value for the sweep.
    Single(fn(&Analysis<'_>) -> Option<f64>),
    /// One value per spike or interval, appended to an empty list.
    List(fn(&Analysis<'_>, &mut Vec<f64>)),
}

impl Feature {
    /// Whether there is one value per spike or interval, rather than one per sweep.
    pub fn per_spike(&self) -> bool {
        matches!(self.extract, Extract::List(_))
    }

    /// Writes the values of a sweep into an empty list. It stays empty if there is no value, or one that
    /// is not finite.
    pub(super) fn read(&self, analysis: &Analysis<'_>, values: &mut Vec<f64>) {
        match self.extract {
            Extract::Single(extract) => values.extend(extract(analysis)),
            Extract::List(extract) => extract(analysis, values),
        }
        if !values.iter().all(|value| value.is_finite()) {
            values.clear();
        }
    }

    const fn list(
        name: &'static str,
        unit: Unit,
        summary: &'static str,
        extract: fn(&Analysis<'_>, &mut Vec<f64>),
    ) -> Self {
        Self { name, unit, summary, of_spikes: true, extract: Extract::List(extract) }
    }

    const fn spikes(
        name: &'static str,
        unit: Unit,
        summary: &'static str,
        extract: fn(&Analysis<'_>) -> Option<f64>,
    ) -> Self {
        Self { name, unit, summary, of_spikes: true, extract: Extract::Single(extract) }
    }

    const fn voltage(
        name: &'static str,
        unit: Unit,
        summary: &'static str,
        extract: fn(&Analysis<'_>) -> Option<f64>,
    ) -> Self {
        Self { name, unit, summary, of_spikes: false, extract: Extract::Single(extract) }
    }
}

impl fmt::Debug for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feature").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for Feature {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All features, in alphabetical order (capitals first).
pub const FEATURES: &[Feature] = &[
    Feature::list(
        "AHP_depth",
        Millivolt,
        "minimum after each spike, above voltage_base",
        spikes::trough_depth_mv,
    ),
    Feature::list("AHP_depth_abs", Millivolt, "minimum after each spike", spikes::trough_voltage_mv),
    Feature::list(
        "AHP_depth_from_peak",
        Millivolt,
        "from each peak down to the minimum after it",
        spikes::trough_depth_from_peak_mv,
    ),
    Feature::list(
        "AHP_time_from_peak",
        Millisecond,
        "from each peak to the minimum after it",
        spikes::trough_time_from_peak_ms,
    ),
    Feature::list("AP_amplitude", Millivolt, "from AP_begin_voltage up to the peak", spikes::amplitude_mv),
    Feature::list(
        "AP_begin_time",
        Millisecond,
        "time from the start of the sweep at which dV/dt exceeds 10 mV/ms",
        spikes::onset_time_ms,
    ),
    Feature::list(
        "AP_begin_voltage",
        Millivolt,
        "voltage at which dV/dt exceeds 10 mV/ms before each peak",
        spikes::onset_voltage_mv,
    ),
    Feature::list(
        "AP_duration_half_width",
        Millisecond,
        "width of each spike halfway between AP_begin_voltage and peak",
        spikes::half_width_ms,
    ),
    Feature::list("AP_height", Millivolt, "voltage of each peak, like peak_voltage", spikes::peak_voltage_mv),
    Feature::list(
        "AP_peak_downstroke",
        MillivoltPerMillisecond,
        "steepest fall after each peak",
        spikes::downstroke_mv_per_ms,
    ),
    Feature::list(
        "AP_peak_upstroke",
        MillivoltPerMillisecond,
        "steepest rise before each peak",
        spikes::upstroke_mv_per_ms,
    ),
    Feature::list("AP_rise_time", Millisecond, "from AP_begin_time to the peak", spikes::rise_time_ms),
    Feature::list(
        "AP_width",
        Millisecond,
        "width of each spike at the threshold",
        spikes::width_at_threshold_ms,
    ),
    Feature::spikes(
        "ISI_CV",
        One,
        "standard deviation over mean of ISI_values, from four spikes on",
        spikes::interval_variation,
    ),
    Feature::list(
        "ISI_values",
        Millisecond,
        "intervals between peaks without the first interval",
        spikes::later_intervals_ms,
    ),
    Feature::spikes("Spikecount", One, "number of spikes in the whole sweep", spikes::spike_count),
    Feature::spikes(
        "Spikecount_stimint",
        One,
        "number of spikes during the stimulus",
        spikes::spike_count_in_stimulus,
    ),
    Feature::spikes(
        "adaptation_index",
        One,
        "mean of (next - previous) / (next + previous) interval in the stimulus, first tenth of spikes skipped",
        spikes::adaptation_without_start,
    ),
    Feature::spikes(
        "adaptation_index2",
        One,
        "mean of (next - previous) / (next + previous) interval in the stimulus, first spike skipped",
        spikes::adaptation_without_first,
    ),
    Feature::list("all_ISI_values", Millisecond, "intervals between peaks", spikes::all_intervals_ms),
    Feature::spikes(
        "inv_first_ISI",
        Hertz,
        "1 / interval of the first two spikes",
        spikes::first_interval_rate_hz,
    ),
    Feature::spikes(
        "inv_time_to_first_spike",
        Hertz,
        "1 / time_to_first_spike",
        spikes::inverse_time_to_first_spike_hz,
    ),
    Feature::spikes(
        "irregularity_index",
        Millisecond,
        "mean absolute difference of successive ISI_values",
        spikes::irregularity_ms,
    ),
    Feature::voltage(
        "kurtosis_voltage_stim",
        One,
        "fourth standardised moment of the voltage during the stimulus (3 for a Gaussian)",
        voltages::kurtosis_in_stimulus,
    ),
    Feature::voltage(
        "maximum_voltage",
        Millivolt,
        "highest voltage during the stimulus",
        voltages::highest_mv,
    ),
    Feature::spikes(
        "mean_frequency",
        Hertz,
        "spikes during the stimulus over its duration (eFEL: up to the last spike)",
        spikes::mean_frequency_hz,
    ),
    Feature::voltage(
        "mean_voltage_stim",
        Millivolt,
        "mean voltage during the stimulus",
        voltages::mean_in_stimulus_mv,
    ),
    Feature::list(
        "min_AHP_values",
        Millivolt,
        "minimum after each spike, like AHP_depth_abs",
        spikes::trough_voltage_mv,
    ),
    Feature::list(
        "min_voltage_between_spikes",
        Millivolt,
        "lowest voltage between successive peaks",
        spikes::voltage_between_spikes_mv,
    ),
    Feature::voltage("minimum_voltage", Millivolt, "lowest voltage during the stimulus", voltages::lowest_mv),
    Feature::list(
        "peak_time",
        Millisecond,
        "time of each peak from the start of the sweep",
        spikes::peak_time_ms,
    ),
    Feature::list("peak_voltage", Millivolt, "voltage of each peak", spikes::peak_voltage_mv),
    Feature::voltage(
        "sag_amplitude",
        Millivolt,
        "from minimum_voltage up to steady_state_voltage_stimend, if that is below voltage_base",
        voltages::sag_mv,
    ),
    Feature::voltage(
        "sag_ratio1",
        One,
        "sag_amplitude over the largest deflection from voltage_base",
        voltages::sag_share_of_deflection,
    ),
    Feature::voltage(
        "sag_ratio2",
        One,
        "steady over largest deflection from voltage_base",
        voltages::steady_share_of_deflection,
    ),
    Feature::voltage(
        "sd_voltage_base",
        Millivolt,
        "standard deviation of the voltage over the stretch of voltage_base",
        voltages::voltage_base_sd_mv,
    ),
    Feature::voltage(
        "skewness_voltage_stim",
        One,
        "third standardised moment of the voltage during the stimulus",
        voltages::skewness_in_stimulus,
    ),
    Feature::list(
        "spike_half_width",
        Millisecond,
        "width of each spike halfway between the minimum after it and its peak",
        spikes::half_width_above_trough_ms,
    ),
    Feature::spikes(
        "spike_rate",
        Hertz,
        "intervals between all spikes, over the time that they take; smooth where a count jumps; not in eFEL",
        spikes::spike_rate_hz,
    ),
    Feature::voltage(
        "steady_state_voltage",
        Millivolt,
        "mean voltage after the stimulus",
        voltages::voltage_after_stimulus_mv,
    ),
    Feature::voltage(
        "steady_state_voltage_stimend",
        Millivolt,
        "mean voltage over the last tenth of the stimulus",
        voltages::voltage_at_end_of_stimulus_mv,
    ),
    Feature::spikes(
        "time_to_first_spike",
        Millisecond,
        "from the start of the stimulus to the first peak of the sweep",
        spikes::time_to_first_spike_ms,
    ),
    Feature::spikes(
        "time_to_last_spike",
        Millisecond,
        "from the start of the stimulus to the last peak of the sweep",
        spikes::time_to_last_spike_ms,
    ),
    Feature::spikes(
        "time_to_second_spike",
        Millisecond,
        "from the start of the stimulus to the second peak of the sweep",
        spikes::time_to_second_spike_ms,
    ),
    Feature::voltage(
        "variance_voltage_stim",
        One,
        "variance of the voltage during the stimulus, in mV^2",
        voltages::variance_in_stimulus_mv2,
    ),
    Feature::voltage(
        "voltage_base",
        Millivolt,
        "mean voltage over the last tenth of the time before the stimulus",
        voltages::voltage_base_mv,
    ),
    Feature::voltage(
        "voltage_deflection_vb_ssse",
        Millivolt,
        "from voltage_base to steady_state_voltage_stimend",
        voltages::steady_deflection_mv,
    ),
];
