//! The slots of a client by the names that its callers give their resources.

use std::sync::{Arc, OnceLock};

use papaya::HashMap;

use crate::slot::Slot;

/// By resource as it was given, so that a known one is found without a lock and without an allocation.
///
/// Most clients know one name. It has a place of its own, since a map that many threads read without a lock takes longer to
/// make than the rest of a client.
pub(crate) struct Names {
    most: usize,
    first: OnceLock<(Box<str>, Arc<Slot>)>,
    others: OnceLock<HashMap<Box<str>, Arc<Slot>>>,
}

impl Names {
    /// At most so many names.
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, first: OnceLock::new(), others: OnceLock::new() }
    }

    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    /// What `look` finds in the slot of this name, if there is one.
    pub(crate) fn look<T>(&self, name: &str, look: impl FnOnce(&Arc<Slot>) -> T) -> Option<T> {
        let (first, slot) = self.first.get()?;
        if **first == *name {
            return Some(look(slot));
        }
        self.others.get()?.pin().get(name).map(look)
    }

    pub(crate) fn add(&self, name: &str, slot: &Arc<Slot>) {
        let (first, _) = self.first.get_or_init(|| (name.into(), Arc::clone(slot)));
        if **first == *name {
            return;
        }
        let others = self.others.get_or_init(HashMap::new).pin();
        if others.len() >= self.most.saturating_sub(1) {
            // Those in use come back at their next call. What they name stays.
            others.clear();
        }
        others.insert(name.into(), Arc::clone(slot));
    }
}
