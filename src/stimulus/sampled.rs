//! A current given by its values at equal intervals: from the recording, or from a file.

use std::path::Path;

use super::{Component, Waveform};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub const ENTRY: Entry<fn(&Section<'_>, Unit) -> Option<Component>> =
    Entry { name: "sampled", summary: "values at equal intervals, read from a text file", build };

/// Values at equal intervals; each holds until the next one, as a digital stimulator plays them.
#[derive(Debug)]
pub struct Sampled {
    interval_ms: f64,
    /// Integral up to each sample, in units of value × interval: a mean is a difference of two.
    integral: Vec<f64>,
}

impl Sampled {
    /// Waveform from `values` at `interval_ms`.
    pub fn new(interval_ms: f64, values: &[f64]) -> Self {
        let mut integral = Vec::with_capacity(values.len() + 1);
        let mut total = 0.0;
        integral.push(total);
        for value in values {
            total += value;
            integral.push(total);
        }
        Self { interval_ms, integral }
    }

    /// Length in ms.
    pub fn duration_ms(&self) -> f64 {
        (self.integral.len() - 1) as f64 * self.interval_ms
    }

    fn integral_to(&self, time_ms: f64) -> f64 {
        let last = self.integral.len() - 1;
        let position = (time_ms / self.interval_ms).clamp(0.0, last as f64);
        let index = (position as usize).min(last);
        let next = self.integral[(index + 1).min(last)];
        self.integral[index] + (next - self.integral[index]) * (position - index as f64)
    }
}

impl Waveform for Sampled {
    fn mean(&self, from_ms: f64, to_ms: f64, _: f64) -> f64 {
        (self.integral_to(to_ms) - self.integral_to(from_ms)) * self.interval_ms / (to_ms - from_ms)
    }
}

fn build(section: &Section<'_>, unit: Unit) -> Option<Component> {
    let file = section.key("file", "a text file with one current per line").text();
    let interval_ms =
        section.key("interval", "time between two values").positive().quantity(Unit::Millisecond);
    let written_in = section.key("unit", "unit of the values, such as \"pA\"").text();
    let start = section.key("start", "when the first value is played");
    let start_ms = start.quantity_or(Unit::Millisecond, 0.0);
    if section.is_listening() {
        return None;
    }
    let Some(factor) = unit.factor_from(&written_in) else {
        let message = format!("expected the unit of {}, found \"{written_in}\"", unit.expected());
        section.mistake_at("unit", message, None);
        return None;
    };
    match read_values(Path::new(&file)) {
        Ok(values) => {
            let values: Vec<f64> = values.into_iter().map(|value| factor.apply(value)).collect();
            let waveform = Sampled::new(interval_ms, &values);
            let duration_ms = waveform.duration_ms();
            Some(Component { amplitude: 1.0, start_ms, duration_ms, waveform: Box::new(waveform) })
        }
        Err(message) => {
            section.mistake_at("file", message, None);
            None
        }
    }
}

/// One finite number per line; empty lines and lines that start with `#` are skipped.
fn read_values(path: &Path) -> Result<Vec<f64>, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let mut values = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.parse::<f64>() {
            Ok(value) if value.is_finite() => values.push(value),
            _ => {
                return Err(format!(
                    "{}:{}: expected a number, found \"{line}\"",
                    path.display(),
                    number + 1
                ));
            }
        }
    }
    if values.is_empty() { Err(format!("{} has no value", path.display())) } else { Ok(values) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn means_respect_the_edges_of_samples() {
        let waveform = Sampled::new(0.5, &[1.0, 3.0, -2.0]);
        assert_relative_eq!(waveform.mean(0.0, 0.5, 1.5), 1.0);
        assert_relative_eq!(waveform.mean(0.25, 0.75, 1.5), 2.0);
        assert_relative_eq!(waveform.mean(0.5, 1.5, 1.5), 0.5);
    }
}
