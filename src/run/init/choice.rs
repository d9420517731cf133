//! Which stretch of which sweeps a first settings file compares.

use crate::inspection::{Injected, Step, SweepView};

/// Time that is kept before and after the step.
const BEFORE_MS: f64 = 100.0;
const AFTER_MS: f64 = 50.0;

/// Without so much rest before the step, the sweep has no baseline.
const LEAST_BASELINE_MS: f64 = 10.0;

/// Of a current that is no step, so much is compared: each second costs a second of simulation.
const LONGEST_WAVEFORM_MS: f64 = 2000.0;

/// Sweeps that are compared, at most; each costs a simulation.
const MOST_SWEEPS: usize = 5;

/// The part of the recording that is compared.
pub(super) struct Choice {
    /// In their order.
    pub(super) sweeps: Vec<usize>,
    pub(super) from_ms: f64,
    pub(super) to_ms: f64,
    /// The step in the middle of it; `None` for a current that is no step.
    pub(super) step: Option<Step>,
}

impl Choice {
    /// The step during which most spikes fall, and the sweeps that have no other step around it; else a waveform.
    pub(super) fn new(views: &[SweepView]) -> Option<Self> {
        let mut best: Option<((bool, usize, usize, f64), Self)> = None;
        for step in distinct_steps(views) {
            let choice = Self::around(views, step);
            let usable: Vec<usize> =
                (0..views.len()).filter(|&i| choice.step_of(&views[i]).is_some()).collect();
            if usable.is_empty() {
                continue;
            }
            let spikes = usable.iter().map(|&index| choice.spikes(&views[index])).sum();
            let has_baseline = step.start_ms - choice.from_ms >= LEAST_BASELINE_MS;
            let worth = (has_baseline, spikes, usable.len(), step.stop_ms - step.start_ms);
            if best.as_ref().is_none_or(|(known, _)| worth > *known) {
                best = Some((worth, choice));
            }
        }
        match best {
            Some((_, mut choice)) => {
                choice.sweeps = choice.spread(views);
                Some(choice)
            }
            None => Self::of_waveform(views),
        }
    }

    /// Around a step, as far as no sweep that has it has another step.
    fn around(views: &[SweepView], step: Step) -> Self {
        let (mut from_ms, mut to_ms) = ((step.start_ms - BEFORE_MS).max(0.0), step.stop_ms + AFTER_MS);
        let has = |view: &&SweepView| view.injected.steps().iter().any(|other| same_time(other, &step));
        for view in views.iter().filter(has) {
            to_ms = to_ms.min(view.duration_ms());
            for other in view.injected.steps() {
                if other.stop_ms <= step.start_ms {
                    // The voltage has a third of the time to come to rest.
                    from_ms = from_ms.max(other.stop_ms + (step.start_ms - other.stop_ms) / 3.0);
                }
                if other.start_ms >= step.stop_ms {
                    to_ms = to_ms.min(other.start_ms);
                }
            }
        }
        Self { sweeps: Vec::new(), step: Some(step), ..Self::rounded(from_ms, to_ms) }
    }

    /// To the next tenth of a millisecond inside, as it is written.
    fn rounded(from_ms: f64, to_ms: f64) -> Self {
        let (from_ms, to_ms) = ((10.0 * from_ms).ceil() / 10.0, (10.0 * to_ms).floor() / 10.0);
        Self { sweeps: Vec::new(), from_ms, to_ms, step: None }
    }

    /// The sweep with a waveform in which most spikes fall, from shortly before its first spike on.
    fn of_waveform(views: &[SweepView]) -> Option<Self> {
        let is_waveform = |index: &usize| matches!(views[*index].injected, Injected::Waveform { .. });
        let index = (0..views.len()).filter(is_waveform).max_by_key(|&index| views[index].peaks_ms.len())?;
        let view = &views[index];
        let first_ms =
            view.peaks_ms.first().map_or(0.0, |first| (first - 0.25 * LONGEST_WAVEFORM_MS).max(0.0));
        let to_ms = view.duration_ms().min(first_ms + LONGEST_WAVEFORM_MS);
        Some(Self { sweeps: vec![index], ..Self::rounded(first_ms, to_ms) })
    }

    /// The step of a sweep in the window, if it is the only one there.
    pub(super) fn step_of<'a>(&self, view: &'a SweepView) -> Option<&'a Step> {
        let own = self.step.as_ref()?;
        let within = |step: &&Step| step.stop_ms > self.from_ms && step.start_ms < self.to_ms;
        let mut steps = view.injected.steps().iter().filter(within);
        let only = steps.next().filter(|step| same_time(step, own))?;
        steps.next().is_none().then_some(only)
    }

    pub(super) fn spikes(&self, view: &SweepView) -> usize {
        view.spikes_between(self.from_ms, self.to_ms)
    }

    /// The strongest step without spikes up or down, and from the fewest to the most spikes.
    fn spread(&self, views: &[SweepView]) -> Vec<usize> {
        let usable = |index: &usize| self.step_of(&views[*index]).is_some();
        let spikes = |index: usize| self.spikes(&views[index]);
        let amplitude = |index: &usize| self.step_of(&views[*index]).map_or(0.0, |step| step.amplitude);
        let mut firing: Vec<usize> =
            (0..views.len()).filter(usable).filter(|&index| spikes(index) > 0).collect();
        let most = firing.iter().copied().max_by_key(|&index| spikes(index));
        let silent = (0..views.len()).filter(usable).filter(|&index| spikes(index) == 0);
        // Beyond the sweep with most spikes the cell is blocked by its own depolarisation.
        firing.retain(|index| most.is_some_and(|most| amplitude(index) <= amplitude(&most)));
        firing.sort_by_key(|&index| spikes(index));
        let lowest = silent.clone().min_by(|a, b| amplitude(a).total_cmp(&amplitude(b)));
        let mut chosen: Vec<usize> = lowest.into_iter().collect();
        let room = MOST_SWEEPS - chosen.len();
        if firing.is_empty() {
            chosen.extend(silent.max_by(|a, b| amplitude(a).total_cmp(&amplitude(b))));
        } else if firing.len() <= room {
            chosen.extend(&firing);
        } else {
            chosen.extend((0..room).map(|place| firing[place * (firing.len() - 1) / (room - 1)]));
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }
}

fn distinct_steps(views: &[SweepView]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for step in views.iter().flat_map(|view| view.injected.steps()) {
        if !steps.iter().any(|known| same_time(known, step)) {
            steps.push(*step);
        }
    }
    steps
}

fn same_time(a: &Step, b: &Step) -> bool {
    (a.start_ms - b.start_ms).abs() < 1.0 && (a.stop_ms - b.stop_ms).abs() < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Unit;

    /// A sweep of 3 s with steps of (amplitude, start, stop) and spikes at some times.
    fn view(steps: &[(f64, f64, f64)], peaks_ms: &[f64]) -> SweepView {
        let step = |&(amplitude, start_ms, stop_ms): &(f64, f64, f64)| Step { amplitude, start_ms, stop_ms };
        SweepView {
            name: "0".to_owned(),
            samples: 60_000,
            interval_ms: 0.05,
            injected: Injected::Steps {
                unit: Unit::Picoamp,
                holding: 0.0,
                steps: steps.iter().map(step).collect(),
            },
            peaks_ms: peaks_ms.to_vec(),
            baseline_mv: Some(-65.0),
            deflections_mv: vec![None; steps.len()],
        }
    }

    /// A protocol that repeats its step after a hyperpolarisation: in one sweep the two run into one another, in another
    /// one there is no first step, and the second has no rest before it.
    #[test]
    fn the_step_with_rest_before_it_is_chosen_although_another_has_more_spikes() {
        let dual = |amplitude: f64, peaks_ms: &[f64]| {
            let steps = [(amplitude, 150.0, 650.0), (-100.0, 1150.0, 1650.0), (amplitude, 1650.0, 2150.0)];
            view(&steps, peaks_ms)
        };
        let views = [
            view(&[(-100.0, 150.0, 650.0), (-100.0, 1150.0, 2150.0)], &[]),
            view(&[(-100.0, 1150.0, 1650.0)], &[]),
            dual(50.0, &[300.0, 1700.0, 1800.0]),
            dual(100.0, &[200.0, 400.0, 1700.0, 1800.0, 1900.0]),
        ];
        let choice = Choice::new(&views).unwrap();
        assert_eq!(choice.step.map(|step| step.start_ms), Some(150.0));
        assert_eq!(choice.sweeps, [0, 2, 3]);
        assert!((choice.from_ms - 50.0).abs() < 1e-9 && (choice.to_ms - 700.0).abs() < 1e-9);
    }

    #[test]
    fn a_waveform_is_taken_from_before_its_first_spike_on() {
        let waveform = SweepView {
            injected: Injected::Waveform { unit: Unit::Picoamp },
            ..view(&[], &[1500.0, 1600.0])
        };
        let choice = Choice::new(&[view(&[], &[]), waveform]).unwrap();
        assert_eq!(
            (choice.sweeps.as_slice(), choice.from_ms, choice.to_ms),
            ([1].as_slice(), 1000.0, 3000.0)
        );
        assert!(Choice::new(&[view(&[], &[])]).is_none());
    }
}
