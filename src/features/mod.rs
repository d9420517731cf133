//! Spikes and their features; the same code for measured and simulated voltage.
//!
//! The features carry eFEL's names. [`Mode::Efel`] gives the values of eFEL 5.7.34 with its default
//! settings, to compare with published numbers. [`Mode::Precise`] is meant for inference: samplers compare a
//! simulated with a measured value, and a feature that jumps by the 0.1 ms of eFEL's grid when a
//! conductance changes a little would be a staircase to them. The modes differ in this:
//!
//! | | [`Mode::Efel`] | [`Mode::Precise`] |
//! |---|---|---|
//! | samples | interpolated onto a grid of 0.1 ms with accumulated rounding | as they are |
//! | spike | strict crossings: a sample on the threshold hides one | such a sample counts as below |
//! | `peak_time`, `peak_voltage` and what follows from them | highest sample | vertex of the parabola through it and its neighbours |
//! | `AHP_*`, `min_AHP_values` | first minimum that two samples do not undercut; that sample | true minimum before the next spike or the end; vertex of the parabola |
//! | `min_voltage_between_spikes` | lowest sample | vertex of the parabola |
//! | `minimum_voltage`, `maximum_voltage`, `sag_*` | extreme sample | vertex of the parabola, except at the ends of the stimulus |
//! | `AP_begin_*` | first of three steep samples; only spikes after the start of the stimulus | interpolated crossing of 10 mV/ms; all spikes |
//! | `AP_amplitude` | peaks within the stimulus, paired by number with the begins | every spike that has a begin, with its own |
//! | `AP_rise_time`, `AP_rise_rate` | begins paired by number with the peaks after the first begin | every spike that has a begin, with its own |
//! | `AP_fall_time`, `AP_fall_rate` | first sample after the steepest fall that falls by less than 12 mV/ms; ends paired by number with the peaks after the start of the stimulus | interpolated crossing of −12 mV/ms; every spike that has an end, with its own |
//! | `AP_duration` | begins and ends paired by number | every spike that has both |
//! | `AP_begin_width` | up to the first sample that is not above the begin, or the minimum; paired by number | up to the interpolated crossing; no value if there is none |
//! | `fast_AHP` | begins paired by number with all minima | every spike but the last, with its own minimum |
//! | `depolarized_base` | mean of samples, ends and begins paired by number, from three spikes on | mean of the straight lines between samples, from the end of a spike to the begin of the next |
//! | `AP_duration_half_width` | between the samples nearest to half height, begins and peaks paired by number | between interpolated crossings, every spike that has a begin |
//! | `AP_peak_upstroke`, `AP_peak_downstroke` | steepest sample between begin, peak and minimum | vertex of the parabola through the steepest samples between the spikes around |
//! | `AP_width` | between the first samples beyond the threshold | between interpolated crossings |
//! | `spike_half_width` | the search before the first spike begins at the stimulus | at the start of the sweep |
//! | `mean_frequency` | spikes within the stimulus over the time from its start to the last of them; no value for a silent sweep | over the duration of the stimulus; 0 for a silent sweep |
//! | `voltage_base`, `sd_voltage_base`, `AHP_depth` | includes the sample at the start of the stimulus | excludes it |
//! | `voltage_after_stim` | includes one sample after the middle half | excludes it |
//! | `voltage_deflection`, `ohmic_input_resistance` | five samples of the grid before the end of the stimulus | the straight lines between samples from 1.0 to 0.5 ms before it |
//! | `phaseslope_max` | steepest step of the grid | vertex of the parabola through the steepest steps |
//! | `decay_time_constant_after_stim` | straight line through ln of the distance from the sample at the start of the stimulus | the same from `voltage_base`, each point weighted with its squared distance |
//! | `time_constant` | straight line through ln of the distance from an asymptote, over a fall that is cut out sample by sample | exponential through all of the first half of the stimulus, by linear least squares; no value with spikes there |
//! | `depol_block_bool` | crossings in the whole sweep, paired by number | stretches within the stimulus |
//! | `sag_ratio1`, `sag_ratio2` | also where nothing is deflected but rounding errors | no value without a deflection below `voltage_base` |
//!
//! Where eFEL reads beyond the end of its lists, [`Mode::Efel`] has no value.
//!
//! Counts, bursts, adaptation and the other features of intervals are the same functions of the peaks in both modes;
//! counts and bursts jump from one number to the next in both.
//!
//! In both modes lists cover the spikes of the whole sweep, `ISI_values` leaves out the first interval as eFEL
//! does, and a feature that needs the stimulus, or its current, has no value without one. The features ending in
//! `_voltage_stim` and `sd_voltage_base` are the summary statistics of Gonçalves et al. (2020),
//! <https://doi.org/10.7554/eLife.56261>; they are moments of a population, divided by n, over the samples
//! from the start of the stimulus up to, but without, its end. eFEL: <https://efel.readthedocs.io>.

mod analysis;
mod block;
mod catalogue;
mod comparison;
mod efel;
mod envelope;
mod intervals;
mod lazy;
mod list;
mod measure;
mod precise;
mod relaxation;
mod settings;
mod shapes;
mod spikes;
mod trace;
mod voltages;

#[cfg(test)]
mod reference_tests;

pub use analysis::{Analyser, Analysis};
pub use catalogue::Feature;
pub use comparison::{COMPARISONS, ComparisonKind};
pub use list::FEATURES;
pub use measure::{FeatureError, Measure, extract_all};
pub use settings::{SETTINGS, Setting, SettingError, Settings};

/// One sweep of voltage as features see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Response<'a> {
    /// Time from one sample to the next; the first sample is at 0 ms.
    pub interval_ms: f64,
    /// The membrane potential at each sample.
    pub voltage_mv: &'a [f64],
    /// Start and stop of the stimulus, if there is one.
    pub stimulus_ms: Option<(f64, f64)>,
    /// How far the stimulus is above the holding current, if it is one step into the whole cell.
    pub stimulus_current_na: Option<f64>,
}

/// Which definitions are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Those of eFEL 5.7.34, for comparison with published values.
    Efel,
    /// Those that move smoothly with the parameters of a simulation, for inference.
    Precise,
}
