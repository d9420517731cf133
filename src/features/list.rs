//! The list of features.

use super::catalogue::{Feature, of_spikes, of_voltage, per_spike};
use super::{block, intervals, relaxation, shapes, spikes, voltages};
use crate::units::Unit::{Hertz, Megaohm, Millisecond, Millivolt, MillivoltPerMillisecond, One};

/// All features, in alphabetical order (capitals first).
pub const FEATURES: &[Feature] = &[
    per_spike(
        "AHP_depth",
        Millivolt,
        "minimum after each spike, above voltage_base",
        spikes::trough_depth_mv,
    ),
    per_spike("AHP_depth_abs", Millivolt, "minimum after each spike", spikes::trough_voltage_mv),
    per_spike(
        "AHP_depth_from_peak",
        Millivolt,
        "from each peak down to the minimum after it",
        spikes::trough_depth_from_peak_mv,
    ),
    per_spike(
        "AHP_time_from_peak",
        Millisecond,
        "from each peak to the minimum after it",
        spikes::trough_time_from_peak_ms,
    ),
    of_spikes("AP1_amp", Millivolt, "AP_amplitude of the first spike", shapes::first_amplitude_mv),
    of_spikes("AP2_amp", Millivolt, "AP_amplitude of the second spike", shapes::second_amplitude_mv),
    per_spike("AP_amplitude", Millivolt, "from AP_begin_voltage up to the peak", shapes::amplitude_mv),
    per_spike(
        "AP_amplitude_change",
        One,
        "relative change of AP_amplitude from the first spike to each later one",
        shapes::amplitude_change,
    ),
    per_spike(
        "AP_begin_time",
        Millisecond,
        "time from the start of the sweep at which dV/dt exceeds 10 mV/ms",
        shapes::onset_time_ms,
    ),
    per_spike(
        "AP_begin_voltage",
        Millivolt,
        "voltage at which dV/dt exceeds 10 mV/ms before each peak",
        shapes::onset_voltage_mv,
    ),
    per_spike(
        "AP_begin_width",
        Millisecond,
        "width of each spike at AP_begin_voltage",
        shapes::width_at_begin_ms,
    ),
    per_spike(
        "AP_duration",
        Millisecond,
        "from AP_begin_time until dV/dt is above -12 mV/ms after the peak",
        shapes::duration_ms,
    ),
    per_spike(
        "AP_duration_half_width",
        Millisecond,
        "width of each spike halfway between AP_begin_voltage and peak",
        spikes::half_width_ms,
    ),
    per_spike(
        "AP_fall_rate",
        MillivoltPerMillisecond,
        "mean dV/dt from the peak to the end of AP_duration",
        shapes::fall_rate_mv_per_ms,
    ),
    per_spike("AP_fall_time", Millisecond, "from the peak to the end of AP_duration", shapes::fall_time_ms),
    per_spike("AP_height", Millivolt, "voltage of each peak, like peak_voltage", spikes::peak_voltage_mv),
    per_spike(
        "AP_peak_downstroke",
        MillivoltPerMillisecond,
        "steepest fall after each peak",
        spikes::downstroke_mv_per_ms,
    ),
    per_spike(
        "AP_peak_upstroke",
        MillivoltPerMillisecond,
        "steepest rise before each peak",
        spikes::upstroke_mv_per_ms,
    ),
    per_spike(
        "AP_rise_rate",
        MillivoltPerMillisecond,
        "mean dV/dt from AP_begin_time to the peak",
        shapes::rise_rate_mv_per_ms,
    ),
    per_spike("AP_rise_time", Millisecond, "from AP_begin_time to the peak", shapes::rise_time_ms),
    per_spike("AP_width", Millisecond, "width of each spike at the threshold", spikes::width_at_threshold_ms),
    of_spikes("APlast_amp", Millivolt, "AP_amplitude of the last spike", shapes::last_amplitude_mv),
    of_spikes(
        "ISI_CV",
        One,
        "standard deviation over mean of ISI_values, from four spikes on",
        intervals::interval_variation,
    ),
    of_spikes(
        "ISI_log_slope",
        One,
        "slope of ln ISI_values over ln of their number",
        intervals::interval_log_slope,
    ),
    per_spike(
        "ISI_values",
        Millisecond,
        "intervals between peaks without the first interval",
        intervals::later_intervals_ms,
    ),
    of_spikes("Spikecount", One, "number of spikes in the whole sweep", spikes::spike_count),
    of_spikes(
        "Spikecount_stimint",
        One,
        "number of spikes during the stimulus",
        spikes::spike_count_in_stimulus,
    ),
    of_spikes(
        "adaptation_index",
        One,
        "mean of (next - previous) / (next + previous) interval in the stimulus, first tenth of spikes skipped",
        intervals::adaptation_without_start,
    ),
    of_spikes(
        "adaptation_index2",
        One,
        "mean of (next - previous) / (next + previous) interval in the stimulus, first spike skipped",
        intervals::adaptation_without_first,
    ),
    per_spike("all_ISI_values", Millisecond, "intervals between peaks", intervals::all_intervals_ms),
    per_spike("burst_mean_freq", Hertz, "spikes of each burst over its duration", intervals::burst_rates_hz),
    of_spikes(
        "burst_number",
        One,
        "number of bursts; 0 without the long intervals that separate them",
        intervals::burst_count,
    ),
    of_voltage(
        "decay_time_constant_after_stim",
        Millisecond,
        "time constant of the return to rest, 1 to 10 ms after the stimulus",
        relaxation::decay_time_constant_ms,
    ),
    of_spikes(
        "depol_block_bool",
        One,
        "1 if the cell stays depolarised, or below -75 mV, for 50 ms; 0 if not",
        block::is_blocked,
    ),
    per_spike(
        "depolarized_base",
        Millivolt,
        "mean voltage from the end of each spike to the begin of the next one",
        shapes::depolarized_base_mv,
    ),
    per_spike(
        "fast_AHP",
        Millivolt,
        "from AP_begin_voltage down to the minimum after each spike but the last",
        shapes::fast_trough_depth_mv,
    ),
    of_spikes("inv_fifth_ISI", Hertz, "1 / fifth interval", |analysis| {
        intervals::interval_rate_hz(analysis, 4)
    }),
    of_spikes("inv_first_ISI", Hertz, "1 / first interval", |analysis| {
        intervals::interval_rate_hz(analysis, 0)
    }),
    of_spikes("inv_fourth_ISI", Hertz, "1 / fourth interval", |analysis| {
        intervals::interval_rate_hz(analysis, 3)
    }),
    of_spikes("inv_last_ISI", Hertz, "1 / last interval", intervals::last_interval_rate_hz),
    of_spikes("inv_second_ISI", Hertz, "1 / second interval", |analysis| {
        intervals::interval_rate_hz(analysis, 1)
    }),
    of_spikes("inv_third_ISI", Hertz, "1 / third interval", |analysis| {
        intervals::interval_rate_hz(analysis, 2)
    }),
    of_spikes(
        "inv_time_to_first_spike",
        Hertz,
        "1 / time_to_first_spike",
        spikes::inverse_time_to_first_spike_hz,
    ),
    of_spikes(
        "irregularity_index",
        Millisecond,
        "mean absolute difference of successive ISI_values",
        intervals::irregularity_ms,
    ),
    of_voltage(
        "kurtosis_voltage_stim",
        One,
        "fourth standardised moment of the voltage during the stimulus (3 for a Gaussian)",
        voltages::kurtosis_in_stimulus,
    ),
    of_voltage("maximum_voltage", Millivolt, "highest voltage during the stimulus", voltages::highest_mv),
    of_voltage(
        "maximum_voltage_from_voltagebase",
        Millivolt,
        "maximum_voltage above voltage_base",
        voltages::highest_above_base_mv,
    ),
    of_spikes(
        "mean_frequency",
        Hertz,
        "spikes during the stimulus over its duration (eFEL: up to the last spike)",
        spikes::mean_frequency_hz,
    ),
    of_voltage(
        "mean_voltage_stim",
        Millivolt,
        "mean voltage during the stimulus",
        voltages::mean_in_stimulus_mv,
    ),
    per_spike(
        "min_AHP_values",
        Millivolt,
        "minimum after each spike, like AHP_depth_abs",
        spikes::trough_voltage_mv,
    ),
    per_spike(
        "min_voltage_between_spikes",
        Millivolt,
        "lowest voltage between successive peaks",
        spikes::voltage_between_spikes_mv,
    ),
    of_voltage("minimum_voltage", Millivolt, "lowest voltage during the stimulus", voltages::lowest_mv),
    of_voltage(
        "ohmic_input_resistance",
        Megaohm,
        "voltage_deflection over the current of the stimulus",
        voltages::resistance_mohm,
    ),
    of_voltage(
        "ohmic_input_resistance_vb_ssse",
        Megaohm,
        "voltage_deflection_vb_ssse over the current of the stimulus",
        voltages::steady_resistance_mohm,
    ),
    per_spike(
        "peak_time",
        Millisecond,
        "time of each peak from the start of the sweep",
        spikes::peak_time_ms,
    ),
    per_spike("peak_voltage", Millivolt, "voltage of each peak", spikes::peak_voltage_mv),
    per_spike(
        "phase_plane_area",
        One,
        "area that each spike encloses in the plane of voltage and dV/dt, in mV^2/ms; not in eFEL",
        shapes::phase_plane_area,
    ),
    of_voltage(
        "phaseslope_max",
        MillivoltPerMillisecond,
        "steepest rise from one sample to the next",
        voltages::steepest_rise_mv_per_ms,
    ),
    of_voltage(
        "sag_amplitude",
        Millivolt,
        "from minimum_voltage up to steady_state_voltage_stimend, if that is below voltage_base",
        voltages::sag_mv,
    ),
    of_voltage(
        "sag_ratio1",
        One,
        "sag_amplitude over the largest deflection from voltage_base",
        voltages::sag_share_of_deflection,
    ),
    of_voltage(
        "sag_ratio2",
        One,
        "steady over largest deflection from voltage_base",
        voltages::steady_share_of_deflection,
    ),
    of_voltage(
        "sd_voltage_base",
        Millivolt,
        "standard deviation of the voltage over the stretch of voltage_base",
        voltages::voltage_base_sd_mv,
    ),
    of_voltage(
        "skewness_voltage_stim",
        One,
        "third standardised moment of the voltage during the stimulus",
        voltages::skewness_in_stimulus,
    ),
    per_spike(
        "spike_half_width",
        Millisecond,
        "width of each spike halfway between the minimum after it and its peak",
        spikes::half_width_above_trough_ms,
    ),
    of_spikes(
        "spike_rate",
        Hertz,
        "intervals between all spikes, over the time that they take; smooth where a count jumps; not in eFEL",
        intervals::spike_rate_hz,
    ),
    of_voltage(
        "steady_state_voltage",
        Millivolt,
        "mean voltage after the stimulus",
        voltages::voltage_after_stimulus_mv,
    ),
    of_voltage(
        "steady_state_voltage_stimend",
        Millivolt,
        "mean voltage over the last tenth of the stimulus",
        voltages::voltage_at_end_of_stimulus_mv,
    ),
    of_voltage(
        "time_constant",
        Millisecond,
        "time constant of the fall of the voltage in the first half of the stimulus",
        relaxation::time_constant_ms,
    ),
    of_spikes(
        "time_to_first_spike",
        Millisecond,
        "from the start of the stimulus to the first peak of the sweep",
        spikes::time_to_first_spike_ms,
    ),
    of_spikes(
        "time_to_last_spike",
        Millisecond,
        "from the start of the stimulus to the last peak of the sweep",
        spikes::time_to_last_spike_ms,
    ),
    of_spikes(
        "time_to_second_spike",
        Millisecond,
        "from the start of the stimulus to the second peak of the sweep",
        spikes::time_to_second_spike_ms,
    ),
    of_voltage(
        "variance_voltage_stim",
        One,
        "variance of the voltage during the stimulus, in mV^2",
        voltages::variance_in_stimulus_mv2,
    ),
    of_voltage(
        "voltage_after_stim",
        Millivolt,
        "mean voltage over the middle half of what follows the stimulus",
        voltages::voltage_long_after_stimulus_mv,
    ),
    of_voltage(
        "voltage_base",
        Millivolt,
        "mean voltage over the last tenth of the time before the stimulus",
        voltages::voltage_base_mv,
    ),
    of_voltage(
        "voltage_deflection",
        Millivolt,
        "from the mean before the stimulus to 1.0 to 0.5 ms before its end",
        voltages::late_deflection_mv,
    ),
    of_voltage(
        "voltage_deflection_begin",
        Millivolt,
        "from the mean before the stimulus to its part from 5 % to 15 %",
        voltages::early_deflection_mv,
    ),
    of_voltage(
        "voltage_deflection_vb_ssse",
        Millivolt,
        "from voltage_base to steady_state_voltage_stimend",
        voltages::steady_deflection_mv,
    ),
];
