//! What happens next in the fleet.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Millis;

/// What happens to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// It wants a token for the next piece of its work.
    Call,
    /// The answer that its client waits for is there, or its wait is over.
    Resume,
    /// It is started again, and what it knew is gone.
    Restart,
}

/// When, to which program, in which of its lives, and what.
type Entry = (Millis, u32, u8, Event);

/// Events in the order of time. Those of one moment come in the order of programs, so that a run is the same each time.
#[derive(Debug, Default)]
pub(crate) struct Queue(BinaryHeap<Reverse<Entry>>);

impl Queue {
    pub(crate) fn push(&mut self, at: Millis, program: u32, life: u8, event: Event) {
        self.0.push(Reverse((at, program, life, event)));
    }

    pub(crate) fn pop(&mut self) -> Option<Entry> {
        self.0.pop().map(|Reverse(entry)| entry)
    }
}
