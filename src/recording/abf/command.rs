//! The current that the amplifier was told to inject, rebuilt from the table of epochs.
//!
//! A sweep begins with one 64th of its samples at the holding level, then come the epochs, then holding
//! again. Rules as in PyABF: <https://swharden.com/pyabf/abf-file-format>

/// What drives an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Holding only.
    Nothing,
    /// The table of epochs.
    Epochs,
    /// A waveform in another file.
    File,
}

/// One output (digital-to-analogue converter). Levels in `unit`.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) holding: f64,
    pub(super) source: Source,
    /// Whether the last level stays on until the next sweep.
    pub(super) keeps_last_level: bool,
    /// In the order in which they are played.
    pub(super) epochs: Vec<Epoch>,
}

/// One epoch; times in samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Epoch {
    pub(super) kind: Kind,
    pub(super) level: f64,
    pub(super) level_increment: f64,
    pub(super) duration: i32,
    pub(super) duration_increment: i32,
    pub(super) pulse_period: i32,
    pub(super) pulse_width: i32,
}

/// The shape of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Step,
    Ramp,
    Pulse,
    /// Triangle, cosine, biphasic or unknown, by its number.
    Other(i16),
}

impl Kind {
    /// `None` for an epoch that is switched off.
    pub(super) fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => None,
            1 => Some(Kind::Step),
            2 => Some(Kind::Ramp),
            3 => Some(Kind::Pulse),
            other => Some(Kind::Other(other)),
        }
    }
}

/// Samples `start..end` of a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) kind: Kind,
    pub(super) level: f64,
    pub(super) start: usize,
    pub(super) end: usize,
    period: usize,
    width: usize,
}

impl Output {
    /// The level that holds between sweep `sweep` and the next.
    fn level_after(&self, sweep: usize) -> f64 {
        match self.epochs.last() {
            Some(epoch) if self.keeps_last_level => epoch.level_in(sweep),
            _ => self.holding,
        }
    }

    /// Lead-in, epochs and what follows, without gaps; all of it within `samples`.
    pub(super) fn segments(&self, sweep: usize, samples: usize) -> Vec<Segment> {
        let constant =
            |level, start, end| Segment { kind: Kind::Step, level, start, end, period: 0, width: 0 };
        let before = if sweep == 0 { self.holding } else { self.level_after(sweep - 1) };
        let mut position = samples / 64;
        let mut segments = vec![constant(before, 0, position)];
        for epoch in &self.epochs {
            let longer =
                i64::from(epoch.duration_increment).saturating_mul(i64::try_from(sweep).unwrap_or(i64::MAX));
            let duration = longer.saturating_add(i64::from(epoch.duration));
            let end = position.saturating_add(usize::try_from(duration).unwrap_or(0)).min(samples);
            segments.push(Segment {
                kind: epoch.kind,
                level: epoch.level_in(sweep),
                start: position,
                end,
                period: usize::try_from(epoch.pulse_period).unwrap_or(0),
                width: usize::try_from(epoch.pulse_width).unwrap_or(0),
            });
            position = end;
        }
        segments.push(constant(self.level_after(sweep), position, samples));
        segments
    }

    /// The command of a sweep, one value per sample.
    ///
    /// # Errors
    /// The kind of the epoch that cannot be rebuilt.
    pub(super) fn command(&self, sweep: usize, samples: usize) -> Result<Vec<f64>, i16> {
        let mut command = Vec::with_capacity(samples);
        let mut before = None;
        for segment in self.segments(sweep, samples) {
            segment.append(before.unwrap_or(segment.level), &mut command)?;
            before = Some(segment.level);
        }
        Ok(command)
    }
}

impl Epoch {
    fn level_in(&self, sweep: usize) -> f64 {
        self.level + self.level_increment * sweep as f64
    }
}

impl Segment {
    /// `before`: the level of the segment before, where ramps begin and pulses return to.
    fn append(&self, before: f64, command: &mut Vec<f64>) -> Result<(), i16> {
        let samples = self.end - self.start;
        match self.kind {
            Kind::Step => command.extend((0..samples).map(|_| self.level)),
            Kind::Ramp => {
                let slope = (self.level - before) / samples.saturating_sub(1).max(1) as f64;
                command.extend((0..samples).map(|i| before + slope * i as f64));
            }
            Kind::Pulse => {
                // A last pulse that does not fit is not played.
                let whole = samples.checked_div(self.period).unwrap_or(0) * self.period;
                command.extend((0..samples).map(|i| {
                    let is_on = i < whole && i % self.period < self.width;
                    if is_on { self.level } else { before }
                }));
            }
            Kind::Other(number) => return Err(number),
        }
        Ok(())
    }
}
