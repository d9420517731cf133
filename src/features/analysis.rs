//! From the samples of a sweep to its spikes.

use std::cell::{Ref, RefCell, RefMut};
use std::ops::Range;

use super::envelope::Envelope;
use super::lazy::Lazy;
use super::settings::Settings;
use super::trace::{Clock, Point, Trace, Window, mean};
use super::{Mode, Response, efel, precise};

/// One spike: the samples around its crossings of the threshold, and its peak.
#[derive(Clone, Copy, Debug)]
pub struct Spike {
    /// The first sample above the threshold.
    pub rise: usize,
    /// The first sample below the threshold again.
    pub fall: usize,
    /// Where the spike is highest.
    pub peak: Point,
}

/// Where the upstroke of a spike begins, or its downstroke ends.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Which spike of the sweep.
    pub spike: usize,
    /// Where it begins or ends.
    pub point: Point,
}

/// Finds spikes in one sweep after the other, in memory that it keeps. Each thread has its own.
#[derive(Debug)]
pub struct Analyser {
    mode: Mode,
    settings: Settings,
    grid: efel::Grid,
    envelope: Envelope,
    spikes: Vec<Spike>,
    lists: Lists,
}

/// What is computed only if a feature asks for it.
#[derive(Debug)]
struct Lists {
    troughs: Lazy<Point>,
    onsets: Lazy<Edge>,
    ends: Lazy<Edge>,
    values: RefCell<Vec<f64>>,
}

/// A sweep and its spikes, from which features are read.
#[derive(Debug)]
pub struct Analysis<'a> {
    pub(super) mode: Mode,
    pub(super) trace: Trace<'a>,
    pub(super) spikes: &'a [Spike],
    /// Start and stop, if there is a stimulus of positive duration.
    pub(super) stimulus_ms: Option<(f64, f64)>,
    pub(super) stimulus_current_na: Option<f64>,
    lists: &'a Lists,
}

impl Analyser {
    /// An analyser that calls a crossing of `threshold_mv` a spike; −20 mV is eFEL's and the usual choice.
    pub fn new(mode: Mode, threshold_mv: f64) -> Self {
        Self::with_settings(mode, Settings { threshold_mv, ..Settings::default() })
    }

    /// An analyser with eFEL's settings at values of one's own.
    pub fn with_settings(mode: Mode, settings: Settings) -> Self {
        let lists = Lists {
            troughs: Lazy::new(),
            onsets: Lazy::new(),
            ends: Lazy::new(),
            values: RefCell::new(Vec::new()),
        };
        let (grid, envelope) = (efel::Grid::default(), Envelope::new());
        Self { mode, settings, grid, envelope, spikes: Vec::new(), lists }
    }

    /// Finds the spikes of one sweep; everything else waits until a feature is asked for.
    ///
    /// A sweep with a sample or an interval that is not a finite number counts as a sweep without samples:
    /// it has no feature at all, and neither has a sweep of one sample.
    pub fn analyse<'a>(&'a mut self, response: &Response<'a>) -> Analysis<'a> {
        let interval_ms = response.interval_ms;
        let usable = interval_ms > 0.0 && interval_ms.is_finite() && response.voltage_mv.len() > 1;
        let usable = usable && self.envelope.follow(response.voltage_mv);
        let voltage_mv = if usable { response.voltage_mv } else { &[] };
        let analysis = match self.mode {
            Mode::Efel => {
                self.analyse_timed(|index| index as f64 * interval_ms, voltage_mv, response.stimulus_ms)
            }
            Mode::Precise => {
                self.forget();
                let clock = Clock::Every(interval_ms);
                let trace =
                    measurable(voltage_mv, clock, &self.envelope, &self.settings, response.stimulus_ms);
                precise::find_spikes(&trace, &mut self.spikes);
                keep_strict(&mut self.spikes, &self.settings, response.stimulus_ms);
                self.analysis(trace, response.stimulus_ms)
            }
        };
        Analysis { stimulus_current_na: response.stimulus_current_na, ..analysis }
    }

    /// The analysis of eFEL, for samples at any increasing times.
    pub(super) fn analyse_timed<'a>(
        &'a mut self,
        time_ms: impl Fn(usize) -> f64,
        voltage_mv: &[f64],
        stimulus_ms: Option<(f64, f64)>,
    ) -> Analysis<'a> {
        self.forget();
        self.grid.resample(self.settings.interp_step_ms, time_ms, voltage_mv);
        self.envelope.follow(self.grid.voltage_mv());
        let (voltage_mv, clock) = (self.grid.voltage_mv(), self.grid.clock());
        let trace = measurable(voltage_mv, clock, &self.envelope, &self.settings, stimulus_ms);
        efel::find_spikes(&trace, &mut self.spikes);
        keep_strict(&mut self.spikes, &self.settings, stimulus_ms);
        self.analysis(trace, stimulus_ms)
    }

    fn forget(&mut self) {
        self.spikes.clear();
        self.lists.troughs.forget();
        self.lists.onsets.forget();
        self.lists.ends.forget();
    }

    fn analysis<'a>(&'a self, trace: Trace<'a>, stimulus_ms: Option<(f64, f64)>) -> Analysis<'a> {
        let stimulus_ms = stimulus_ms.filter(|(start, stop)| stop > start);
        Analysis {
            mode: self.mode,
            trace,
            spikes: &self.spikes,
            stimulus_ms,
            stimulus_current_na: None,
            lists: &self.lists,
        }
    }
}

/// A sweep with the stretch in which its spikes count.
fn measurable<'a>(
    voltage_mv: &'a [f64],
    clock: Clock<'a>,
    envelope: &'a Envelope,
    settings: &'a Settings,
    stimulus_ms: Option<(f64, f64)>,
) -> Trace<'a> {
    let window = Window { start: 0, end: voltage_mv.len() };
    let trace = Trace { voltage_mv, clock, envelope, settings, window };
    match stimulus_ms.filter(|_| settings.strict_stiminterval) {
        Some((start_ms, stop_ms)) => {
            let window = Window { start: trace.first_from(start_ms), end: trace.first_from(stop_ms) };
            Trace { window, ..trace }
        }
        None => trace,
    }
}

/// With `strict_stiminterval`, forgets the spikes that do not peak within the stimulus.
fn keep_strict(spikes: &mut Vec<Spike>, settings: &Settings, stimulus_ms: Option<(f64, f64)>) {
    if let Some((start_ms, stop_ms)) = stimulus_ms.filter(|_| settings.strict_stiminterval) {
        spikes.retain(|spike| (start_ms..=stop_ms).contains(&spike.peak.time_ms));
    }
}

impl Analysis<'_> {
    /// When each spike peaks, in ms from the first sample.
    pub fn spike_times_ms(&self) -> impl Iterator<Item = f64> + '_ {
        self.spikes.iter().map(|spike| spike.peak.time_ms)
    }

    /// The minimum after each spike. The last one is missing if the sweep ends before it.
    pub(super) fn troughs(&self) -> Ref<'_, [Point]> {
        self.lists.troughs.get(|troughs| match self.mode {
            Mode::Efel => efel::find_troughs(&self.trace, self.spikes, troughs),
            Mode::Precise => precise::find_troughs(&self.trace, self.spikes, troughs),
        })
    }

    /// Where the upstrokes begin, for the spikes that have such a place.
    pub(super) fn onsets(&self) -> Ref<'_, [Edge]> {
        self.lists.onsets.get(|onsets| match (self.mode, self.stimulus_ms) {
            (Mode::Efel, Some((start_ms, _))) => {
                efel::find_onsets(&self.trace, self.spikes, &self.troughs(), start_ms, onsets);
            }
            (Mode::Efel, None) => {}
            (Mode::Precise, _) => precise::find_onsets(&self.trace, self.spikes, onsets),
        })
    }

    /// Where the downstrokes end, for the spikes that have such a place.
    pub(super) fn ends(&self) -> Ref<'_, [Edge]> {
        self.lists.ends.get(|ends| match (self.mode, self.stimulus_ms) {
            (Mode::Efel, Some((start_ms, _))) => efel::find_ends(&self.trace, self.spikes, start_ms, ends),
            (Mode::Efel, None) => {}
            (Mode::Precise, _) => precise::find_ends(&self.trace, self.spikes, ends),
        })
    }

    /// An empty list to write values into.
    pub(super) fn scratch(&self) -> RefMut<'_, Vec<f64>> {
        let mut values = self.lists.values.borrow_mut();
        values.clear();
        values
    }

    /// When the spikes peak.
    pub fn peak_times_ms(&self) -> impl Iterator<Item = f64> {
        self.spikes.iter().map(|spike| spike.peak.time_ms)
    }

    /// The times between successive peaks.
    pub(super) fn intervals_ms(&self) -> impl Iterator<Item = f64> + Clone {
        self.spikes.windows(2).map(|pair| pair[1].peak.time_ms - pair[0].peak.time_ms)
    }

    /// The spikes whose peaks are within the stimulus, both ends included.
    pub(super) fn spikes_in_stimulus(&self) -> Option<&[Spike]> {
        let (start_ms, stop_ms) = self.stimulus_ms?;
        let first = self.spikes.partition_point(|spike| spike.peak.time_ms < start_ms);
        let end = self.spikes.partition_point(|spike| spike.peak.time_ms <= stop_ms);
        self.spikes.get(first..end)
    }

    /// The samples of the stimulus, the one at its end excluded.
    pub(super) fn stimulus_samples(&self) -> Option<&[f64]> {
        self.stimulus_range().map(|range| &self.trace.voltage_mv[range])
    }

    /// Where the samples of the stimulus are; `None` if there are none.
    pub(super) fn stimulus_range(&self) -> Option<Range<usize>> {
        let (start_ms, stop_ms) = self.stimulus_ms?;
        Some(self.trace.between(start_ms, stop_ms)).filter(|range| !range.is_empty())
    }

    /// The intervals of `ISI_values`.
    pub(super) fn later_intervals_ms(&self) -> impl Iterator<Item = f64> + Clone {
        self.intervals_ms().skip(usize::from(self.trace.settings.ignore_first_isi))
    }

    /// The samples of the last tenth of the time before the stimulus.
    pub(super) fn base_samples(&self) -> Option<&[f64]> {
        let (start_ms, _) = self.stimulus_ms?;
        let first = self.trace.first_from(self.trace.settings.voltage_base_start * start_ms);
        let end_ms = self.trace.settings.voltage_base_end * start_ms;
        let end = match self.mode {
            // eFEL takes the sample at the start of the stimulus, too.
            Mode::Efel => self.trace.first_from(end_ms + 1e-10),
            Mode::Precise => self.trace.first_from(end_ms),
        };
        self.trace.voltage_mv.get(first..end)
    }

    /// The resting potential before the stimulus.
    pub(super) fn voltage_base_mv(&self) -> Option<f64> {
        mean(self.base_samples()?)
    }
}
