//! The settings of eFEL that the features depend on, under eFEL's names.

use thiserror::Error;

use crate::settings::did_you_mean;
use crate::units::Unit;

/// What eFEL's functions `set_setting` and `set_double_setting` set, with eFEL's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Voltage that a spike crosses.
    pub threshold_mv: f64,
    /// Grid of [`super::Mode::Efel`].
    pub interp_step_ms: f64,
    /// Whether only spikes within the stimulus count.
    pub strict_stiminterval: bool,
    /// The upstroke begins where the voltage rises faster than this.
    pub derivative_threshold_mv_per_ms: f64,
    /// The downstroke ends where the voltage falls slower than this.
    pub down_derivative_threshold_mv_per_ms: f64,
    /// Samples in a row that must be steep where an upstroke begins, in [`super::Mode::Efel`].
    pub derivative_window: usize,
    /// Whether `ISI_values` and what follows from it leave out the first interval.
    pub ignore_first_isi: bool,
    /// Part of the spikes that `adaptation_index` skips.
    pub spike_skipf: f64,
    /// How many spikes it skips at most.
    pub max_spike_skip: usize,
    /// An interval longer than this many median intervals ends a burst.
    pub burst_factor: f64,
    /// `voltage_base` begins at this part of the time before the stimulus.
    pub voltage_base_start: f64,
    /// `voltage_base` ends at this part.
    pub voltage_base_end: f64,
    /// Start of the fit of `decay_time_constant_after_stim`, after the stimulus.
    pub decay_start_ms: f64,
    /// End of that fit.
    pub decay_end_ms: f64,
    /// How long a depolarisation block lasts at the least.
    pub depol_block_ms: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threshold_mv: -20.0,
            interp_step_ms: 0.1,
            strict_stiminterval: false,
            derivative_threshold_mv_per_ms: 10.0,
            down_derivative_threshold_mv_per_ms: -12.0,
            derivative_window: 3,
            ignore_first_isi: true,
            spike_skipf: 0.1,
            max_spike_skip: 2,
            burst_factor: 1.5,
            voltage_base_start: 0.9,
            voltage_base_end: 1.0,
            decay_start_ms: 1.0,
            decay_end_ms: 10.0,
            depol_block_ms: 50.0,
        }
    }
}

/// One of the settings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// eFEL's name.
    pub name: &'static str,
    /// The unit of its value.
    pub unit: Unit,
    /// What it is for.
    pub help: &'static str,
    /// Smallest and largest value that makes sense.
    pub range: (f64, f64),
    /// Whether it is a whole number; between 0 and 1, whether something is done.
    pub is_whole: bool,
    put: fn(&mut Settings, f64),
    get: fn(&Settings) -> f64,
}

/// Why a setting cannot be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SettingError {
    /// Not `name=value`.
    #[error("expected a setting such as interp_step=0.05, found \"{found}\"")]
    NoValue {
        /// The text.
        found: String,
    },
    /// There is none of this name.
    #[error("unknown setting `{found}`: {help}")]
    Unknown {
        /// The name.
        found: String,
        /// What to write instead.
        help: String,
    },
    /// The value is no number, or makes no sense.
    #[error("expected {name} to be {expected}, found \"{found}\"")]
    BadValue {
        /// The setting.
        name: &'static str,
        /// What was expected.
        expected: String,
        /// The text.
        found: String,
    },
}

/// A number with a unit.
const fn number(
    name: &'static str,
    unit: Unit,
    help: &'static str,
    range: (f64, f64),
    put: fn(&mut Settings, f64),
    get: fn(&Settings) -> f64,
) -> Setting {
    Setting { name, unit, help, range, is_whole: false, put, get }
}

/// A whole number.
const fn whole(
    name: &'static str,
    help: &'static str,
    range: (f64, f64),
    put: fn(&mut Settings, f64),
    get: fn(&Settings) -> f64,
) -> Setting {
    Setting { name, unit: Unit::One, help, range, is_whole: true, put, get }
}

const STEEPEST: f64 = 1e5;
const LONGEST_MS: f64 = 1e7;

/// All of them.
pub const SETTINGS: &[Setting] = &[
    number(
        "Threshold",
        Unit::Millivolt,
        "voltage that a spike crosses",
        (-200.0, 200.0),
        |settings, value| settings.threshold_mv = value,
        |settings| settings.threshold_mv,
    ),
    number(
        "interp_step",
        Unit::Millisecond,
        "grid onto which mode efel interpolates",
        (1e-4, 100.0),
        |settings, value| settings.interp_step_ms = value,
        |settings| settings.interp_step_ms,
    ),
    whole(
        "strict_stiminterval",
        "whether only spikes within the stimulus count",
        (0.0, 1.0),
        |settings, value| settings.strict_stiminterval = value > 0.5,
        |settings| f64::from(u8::from(settings.strict_stiminterval)),
    ),
    number(
        "DerivativeThreshold",
        Unit::MillivoltPerMillisecond,
        "slope at which an upstroke begins",
        (0.0, STEEPEST),
        |settings, value| settings.derivative_threshold_mv_per_ms = value,
        |settings| settings.derivative_threshold_mv_per_ms,
    ),
    number(
        "DownDerivativeThreshold",
        Unit::MillivoltPerMillisecond,
        "slope at which a downstroke ends",
        (-STEEPEST, 0.0),
        |settings, value| settings.down_derivative_threshold_mv_per_ms = value,
        |settings| settings.down_derivative_threshold_mv_per_ms,
    ),
    whole(
        "DerivativeWindow",
        "samples in a row that must be steep where an upstroke begins, in mode efel",
        (1.0, 1000.0),
        |settings, value| settings.derivative_window = value as usize,
        |settings| settings.derivative_window as f64,
    ),
    whole(
        "ignore_first_ISI",
        "whether ISI_values and what follows from it leave out the first interval",
        (0.0, 1.0),
        |settings, value| settings.ignore_first_isi = value > 0.5,
        |settings| f64::from(u8::from(settings.ignore_first_isi)),
    ),
    number(
        "spike_skipf",
        Unit::One,
        "part of the spikes that adaptation_index skips",
        (0.0, 0.999_999),
        |settings, value| settings.spike_skipf = value,
        |settings| settings.spike_skipf,
    ),
    whole(
        "max_spike_skip",
        "how many spikes adaptation_index skips at most",
        (0.0, 1e6),
        |settings, value| settings.max_spike_skip = value as usize,
        |settings| settings.max_spike_skip as f64,
    ),
    number(
        "burst_factor",
        Unit::One,
        "an interval longer than this many median intervals ends a burst",
        (1.0, 1e6),
        |settings, value| settings.burst_factor = value,
        |settings| settings.burst_factor,
    ),
    number(
        "voltage_base_start_perc",
        Unit::One,
        "voltage_base begins at this part of the time before the stimulus",
        (0.0, 1.0),
        |settings, value| settings.voltage_base_start = value,
        |settings| settings.voltage_base_start,
    ),
    number(
        "voltage_base_end_perc",
        Unit::One,
        "voltage_base ends at this part of the time before the stimulus",
        (0.0, 1.0),
        |settings, value| settings.voltage_base_end = value,
        |settings| settings.voltage_base_end,
    ),
    number(
        "decay_start_after_stim",
        Unit::Millisecond,
        "where the fit of decay_time_constant_after_stim begins after the stimulus",
        (0.0, LONGEST_MS),
        |settings, value| settings.decay_start_ms = value,
        |settings| settings.decay_start_ms,
    ),
    number(
        "decay_end_after_stim",
        Unit::Millisecond,
        "where that fit ends",
        (0.0, LONGEST_MS),
        |settings, value| settings.decay_end_ms = value,
        |settings| settings.decay_end_ms,
    ),
    number(
        "depol_block_min_duration",
        Unit::Millisecond,
        "how long a depolarisation block lasts at the least",
        (0.0, LONGEST_MS),
        |settings, value| settings.depol_block_ms = value,
        |settings| settings.depol_block_ms,
    ),
];

impl Setting {
    /// The setting of a name.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(name: &str) -> Result<&'static Self, SettingError> {
        SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| {
            let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
            let help =
                did_you_mean(name, &known).unwrap_or_else(|| format!("known are {}", known.join(", ")));
            SettingError::Unknown { found: name.to_owned(), help }
        })
    }

    /// Its value.
    pub fn of(&self, settings: &Settings) -> f64 {
        (self.get)(settings)
    }

    /// Sets a value, which has been checked.
    pub fn set(&self, settings: &mut Settings, value: f64) {
        (self.put)(settings, value);
    }

    /// Whether a value makes sense.
    fn allows(&self, value: f64) -> bool {
        let (lowest, highest) = self.range;
        (lowest..=highest).contains(&value) && !(self.is_whole && value.fract() != 0.0)
    }

    fn expected(&self) -> String {
        let (lowest, highest) = self.range;
        let kind = if self.is_whole { "a whole number" } else { "a number" };
        let unit = if self.unit == Unit::One { "" } else { self.unit.symbol() };
        format!("{kind} from {lowest} to {highest} {unit}").trim_end().to_owned()
    }
}

impl Settings {
    /// Takes `name=value`; the value in eFEL's unit, with or without it; `true` and `false` are 1 and 0.
    ///
    /// # Errors
    /// If there is no such setting, or its value makes no sense.
    pub fn assign(&mut self, text: &str) -> Result<(), SettingError> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| SettingError::NoValue { found: text.to_owned() })?;
        let (setting, value) = (Setting::find(name.trim())?, value.trim());
        let number = match value.to_lowercase().as_str() {
            "true" => Some(1.0),
            "false" => Some(0.0),
            _ => value.parse().ok().or_else(|| setting.unit.parse(value).ok()),
        };
        let number =
            number.filter(|number| setting.allows(*number)).ok_or_else(|| SettingError::BadValue {
                name: setting.name,
                expected: setting.expected(),
                found: value.to_owned(),
            })?;
        setting.set(self, number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_with_or_without_its_unit() {
        let mut settings = Settings::default();
        for text in ["interp_step=0.05", "DownDerivativeThreshold = -5 mV/ms", "strict_stiminterval=true"] {
            settings.assign(text).unwrap();
        }
        let expected = Settings {
            interp_step_ms: 0.05,
            down_derivative_threshold_mv_per_ms: -5.0,
            strict_stiminterval: true,
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn a_mistake_says_what_was_expected() {
        let message = |text: &str| Settings::default().assign(text).unwrap_err().to_string();
        assert_eq!(message("interp_stop=1"), "unknown setting `interp_stop`: did you mean `interp_step`?");
        assert_eq!(
            message("interp_step=0"),
            "expected interp_step to be a number from 0.0001 to 100 ms, found \"0\""
        );
        assert!(message("DerivativeWindow=2.5").contains("a whole number from 1 to 1000"));
        assert!(message("Threshold").contains("such as interp_step=0.05"));
    }

    #[test]
    fn every_setting_keeps_what_it_is_given() {
        for setting in SETTINGS {
            let default = setting.of(&Settings::default());
            assert!(setting.allows(default), "{}", setting.name);
            let other = if setting.is_whole { f64::from(default < 0.5) } else { default * 0.5 };
            let mut settings = Settings::default();
            setting.set(&mut settings, other);
            assert!((setting.of(&settings) - other).abs() < 1e-12, "{}", setting.name);
        }
    }
}
