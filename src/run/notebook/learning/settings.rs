//! `[learning]`: the data set, the axon that it comes from, and what explains it.

use crate::neuroai::learning::{CONDUCTANCES, RateExperiment};
use crate::settings::Section;
use crate::units::Unit;

/// What `[learning]` says.
#[derive(Clone, Debug)]
pub(in crate::run::notebook) struct LearningSettings {
    pub seed: u64,
    /// Ends of the currents that are fitted, and the highest that is predicted.
    pub from_ua_cm2: f64,
    pub to_ua_cm2: f64,
    pub beyond_ua_cm2: f64,
    /// Currents that are fitted, held out between them, and held out beyond.
    pub fitted: usize,
    pub inside: usize,
    pub outside: usize,
    pub noise_hz: f64,
    pub experiment: RateExperiment,
    /// Of the logarithm of each conductance, beforehand.
    pub spread: f64,
    pub draws: usize,
    pub predicted: usize,
    /// Hidden units of each network.
    pub hidden: Vec<usize>,
    pub starts: usize,
    /// Conductances from which the data come.
    pub truth: [f64; 3],
}

impl LearningSettings {
    pub fn read(table: &Section<'_>) -> Self {
        let before = table.mistakes();
        let count = |name, help, least: f64, most: f64| table.key(name, help).between(least, most).count();
        let current = |name, help| table.key(name, help).quantity(Unit::MicroampPerCm2);
        let time = |name, help| table.key(name, help).between(0.0, 1e5).quantity(Unit::Millisecond);
        let settings = Self {
            seed: table.key("seed", "names the random numbers").count_or(1) as u64,
            from_ua_cm2: current("from", "lowest current that is fitted"),
            to_ua_cm2: current("to", "highest current that is fitted"),
            beyond_ua_cm2: current("beyond", "highest current that is predicted"),
            fitted: count("fitted", "currents that are fitted", 3.0, 1e4),
            inside: count("inside", "currents held out between them", 1.0, 1e4),
            outside: count("outside", "currents held out beyond them", 1.0, 1e4),
            noise_hz: table.key("noise", "noise of the rates").positive().quantity(Unit::Hertz),
            experiment: RateExperiment {
                skipped_ms: time("skip", "what of a trace is not looked at"),
                duration_ms: time("duration", "length of each trace"),
                dt_ms: 0.025,
            },
            spread: table
                .key("spread", "of the logarithm of each conductance")
                .positive()
                .quantity(Unit::One),
            draws: count("draws", "draws of the posterior of the axon", 100.0, 1e6),
            predicted: count("predicted", "of them, how many are predicted from", 10.0, 1e5),
            hidden: table
                .key("hidden", "hidden units of each network; 3")
                .between(1.0, 100.0)
                .counts_maybe()
                .unwrap_or_else(|| vec![3]),
            starts: count("starts", "starts of each network", 1.0, 1e4),
            truth: truth(&table.table("truth", "the axon that the data come from")),
        };
        table.finish();
        if table.mistakes() == before {
            settings.check(table);
        }
        settings
    }

    fn check(&self, table: &Section<'_>) {
        if self.to_ua_cm2 <= self.from_ua_cm2 {
            table.mistake_at("to", "expected a current above `from`", Some("exchange from and to"));
        }
        if self.beyond_ua_cm2 <= self.to_ua_cm2 {
            table.mistake_at("beyond", "expected a current above `to`", Some("take a higher one"));
        }
        if self.experiment.skipped_ms >= self.experiment.duration_ms {
            table.mistake_at("skip", "all of the trace is skipped", Some("take a longer duration"));
        }
        if self.predicted > self.draws {
            table.mistake_at("predicted", "expected no more than `draws`", Some("take fewer"));
        }
        if self.hidden.is_empty() {
            table.mistake_at("hidden", "expected a number of hidden units", Some("such as hidden = [3]"));
        }
    }

    /// Currents that are fitted, ends included; in the middle of equal parts between them; and beyond them.
    pub fn currents(&self) -> [Vec<f64>; 3] {
        let (from, to, beyond) = (self.from_ua_cm2, self.to_ua_cm2, self.beyond_ua_cm2);
        let part = |ends: (f64, f64), count: usize, offset: f64, parts: f64| -> Vec<f64> {
            (0..count).map(|at| ends.0 + (ends.1 - ends.0) * (at as f64 + offset) / parts).collect()
        };
        [
            part((from, to), self.fitted, 0.0, self.fitted as f64 - 1.0),
            part((from, to), self.inside, 0.5, self.inside as f64),
            part((to, beyond), self.outside, 1.0, self.outside as f64),
        ]
    }
}

fn truth(table: &Section<'_>) -> [f64; 3] {
    let truth = CONDUCTANCES
        .map(|name| table.key(name, "its conductance").positive().quantity(Unit::MillisiemensPerCm2));
    table.finish();
    truth
}
