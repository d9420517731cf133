//! A root between two points of opposite sign, by the Illinois variant of the false position.
//!
//! The function is evaluated by the caller, for many brackets at a time.
//! Source: Dowell and Jarratt (1971), <https://doi.org/10.1007/BF01934364>

/// Two points (x, y) with a root between them, the newer one last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    older: (f64, f64),
    newer: (f64, f64),
    /// Once it is known to rounding.
    root: Option<f64>,
}

impl Bracket {
    /// Looks that any bracket needs at most; five to eight are usual.
    pub(super) const MOST_LOOKS: usize = 60;

    pub(super) fn new(below: (f64, f64), above: (f64, f64)) -> Self {
        Self { older: below, newer: above, root: None }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.root.is_some()
    }

    /// The root, or the best guess so far.
    pub(super) fn root(&self) -> f64 {
        self.root.unwrap_or(self.newer.0)
    }

    /// Where the function is wanted next.
    pub(super) fn look(&mut self) -> f64 {
        let (a, b) = (self.older, self.newer);
        let x = (a.0 * b.1 - b.0 * a.1) / (b.1 - a.1);
        if (b.0 - a.0).abs() < 1e-12 || !x.is_finite() {
            self.root.get_or_insert(b.0);
        }
        self.root.unwrap_or(x)
    }

    /// Takes the value there.
    pub(super) fn narrow(&mut self, x: f64, y: f64) {
        if self.is_closed() {
            return;
        }
        if y * self.newer.1 <= 0.0 {
            self.older = self.newer;
        } else {
            self.older.1 *= 0.5;
        }
        if (x - self.newer.0).abs() < 1e-13 * self.newer.0.abs() {
            self.root = Some(x);
        }
        self.newer = (x, y);
    }
}
