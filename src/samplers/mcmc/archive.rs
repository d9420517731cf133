//! Past states of all chains, from which proposals learn the shape of the posterior.

use crate::numeric::{Rows, Unconstrained};

/// The states that the run began with, then one state of each chain for every append.
#[derive(Debug)]
pub(super) struct Archive {
    rows: Rows<Unconstrained>,
    founders: usize,
    chains: usize,
}

impl Archive {
    /// An archive of founders and of the states that the chains start from.
    pub(super) fn new(founders: Rows<Unconstrained>, chains: &Rows<Unconstrained>) -> Self {
        let mut archive = Self { founders: founders.len(), rows: founders, chains: chains.len() };
        archive.append(chains);
        archive
    }

    /// All states; at least as many as there are chains.
    pub(super) fn rows(&self) -> &Rows<Unconstrained> {
        &self.rows
    }

    /// Adds the present state of each chain.
    pub(super) fn append(&mut self, chains: &Rows<Unconstrained>) {
        for row in chains {
            self.rows.push(row);
        }
    }

    /// Drops the founders and the older half of the states, if enough remain to span the space.
    pub(super) fn forget_older_half(&mut self) {
        let columns = self.rows.columns();
        let blocks = (self.rows.len() - self.founders) / self.chains;
        let first = self.founders + blocks / 2 * self.chains;
        if self.rows.len() - first >= 10 * columns {
            self.rows = Rows::from_values(self.rows.values()[first * columns..].to_vec(), columns);
            self.founders = 0;
        }
    }

    /// Gives a chain the past of another.
    pub(super) fn replace(&mut self, chain: usize, donor: usize) {
        for block in (self.founders..self.rows.len()).step_by(self.chains) {
            let state = self.rows.row(block + donor).to_vec();
            self.rows.row_mut(block + chain).copy_from_slice(&state);
        }
    }
}
