//! Lists that are computed when they are first asked for.

use std::cell::{Cell, Ref, RefCell};

/// A list that is computed when it is first asked for, in memory that is kept for the next sweep.
#[derive(Debug)]
pub struct Lazy<T> {
    list: RefCell<Vec<T>>,
    filled: Cell<bool>,
}

impl<T> Lazy<T> {
    /// A list not yet computed.
    pub fn new() -> Self {
        Self { list: RefCell::new(Vec::new()), filled: Cell::new(false) }
    }

    /// Empties the list, so that it is computed again.
    pub fn forget(&mut self) {
        self.list.get_mut().clear();
        self.filled.set(false);
    }

    /// The list; `fill` appends its members if that was not done before.
    pub fn get(&self, fill: impl FnOnce(&mut Vec<T>)) -> Ref<'_, [T]> {
        if !self.filled.replace(true) {
            fill(&mut self.list.borrow_mut());
        }
        Ref::map(self.list.borrow(), Vec::as_slice)
    }
}
