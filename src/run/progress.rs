//! The progress bar, and the Ctrl-C that ends a run without losing it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{ArrayView3, Axis};

use crate::diagnostics::r_hat;
use crate::samplers::{Control, Monitor, Progress};

/// Set by the first Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Exit code of a program that Ctrl-C ends.
const INTERRUPTED_EXIT: i32 = 130;

/// How often R-hat is computed anew.
const R_HAT_INTERVAL: Duration = Duration::from_secs(2);

/// From now on the first Ctrl-C ends the sampling and keeps its draws; the second ends the program.
pub(super) fn listen_for_interrupt() {
    // Fails only if a handler is there already: then the first one does the same.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED_EXIT);
        }
    });
}

/// Whether the user has ended the run.
pub(super) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A progress bar on the error stream; hidden where that is no terminal.
pub(super) struct Bar {
    shown: ProgressBar,
    stage: String,
    started: Instant,
    r_hat: Option<f64>,
    next_r_hat: Instant,
}

impl Bar {
    pub(super) fn new(quiet: bool) -> Self {
        let shown = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let style = ProgressStyle::with_template("{prefix:<10} {wide_bar} {pos}/{len}  {msg}, {eta} left");
        if let Ok(style) = style {
            shown.set_style(style.progress_chars("━╸ "));
        }
        let now = Instant::now();
        Self { shown, stage: String::new(), started: now, r_hat: None, next_r_hat: now }
    }

    pub(super) fn finish(&self) {
        self.shown.finish_and_clear();
    }

    /// The largest R-hat of the draws so far; of the real line, where ranks are the same as in natural units.
    fn update_r_hat(&mut self, draws: ArrayView3<'_, f64>) {
        let now = Instant::now();
        if now < self.next_r_hat || draws.len_of(Axis(1)) < 8 {
            return;
        }
        let worst = draws.axis_iter(Axis(2)).map(r_hat).fold(f64::NEG_INFINITY, f64::max);
        self.r_hat = worst.is_finite().then_some(worst);
        self.next_r_hat = Instant::now() + R_HAT_INTERVAL.max(10 * now.elapsed());
    }
}

impl Monitor for Bar {
    fn report(&mut self, progress: &Progress<'_>) -> Control {
        if is_interrupted() {
            return Control::Stop;
        }
        if self.shown.is_hidden() {
            return Control::Continue;
        }
        if self.stage != progress.stage {
            progress.stage.clone_into(&mut self.stage);
            self.shown.reset();
            self.shown.set_prefix(self.stage.clone());
        }
        if let Some(draws) = progress.draws {
            self.update_r_hat(draws);
        }
        let rate = progress.simulations as f64 / self.started.elapsed().as_secs_f64();
        let mut message = format!("{rate:.0} simulations/s");
        if let Some(acceptance) = progress.acceptance {
            message += &format!(", {:.0} % accepted", 100.0 * acceptance);
        }
        if let Some(epsilon) = progress.epsilon {
            message += &format!(", epsilon {epsilon:.3}");
        }
        if let Some(r_hat) = self.r_hat {
            message += &format!(", R-hat {r_hat:.3}");
        }
        self.shown.set_length(progress.total as u64);
        self.shown.set_position(progress.done as u64);
        self.shown.set_message(message);
        Control::Continue
    }
}
