//! Renewal without readers.

use std::sync::Arc;

use managed_identity_core::{Lookup, UnixTime, Wish};
use tokio::task::JoinHandle;

use crate::flight::Flights;
use crate::news::End;
use crate::slot::Slot;

/// Keeps a token fresh while it lives. Made by [`ResourceClient::keep_fresh`](crate::ResourceClient::keep_fresh).
#[derive(Debug)]
#[must_use = "renewal ends when this is dropped"]
pub struct KeepFresh {
    task: JoinHandle<()>,
}

impl KeepFresh {
    pub(crate) fn new(flights: Arc<Flights>, slot: Arc<Slot>) -> Self {
        Self { task: tokio::spawn(keep(flights, slot)) }
    }
}

impl Drop for KeepFresh {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(flights: Arc<Flights>, slot: Arc<Slot>) {
    loop {
        // Subscribed before the look into the cache: what is announced in between is not missed.
        let mut news = slot.news.subscribe();
        let until = match flights.shared.look(&slot, &Wish::default()) {
            Lookup::Fresh(_) | Lookup::Stale { refresh: None, .. } => flights.shared.cache().due_at(&slot.key),
            Lookup::Failed { until, .. } => Some(until),
            Lookup::Elected(lease) | Lookup::Stale { refresh: Some(lease), .. } => {
                flights.shared.driver.counters.renewals.increment();
                // There is a runtime, since this is a task of it.
                drop(flights.launch(&slot, lease));
                None
            }
            Lookup::Busy { .. } => None,
        };
        tokio::select! {
            news = news.next() => match news.end {
                End::Panicked => return,
                // A runtime that ends drops this task here, and would wait for it for ever otherwise.
                End::GivenUp => tokio::task::yield_now().await,
                End::Outcome(_) => {}
            },
            () = wait(&flights, until) => {}
        }
    }
}

/// Waits until a time; without one, for ever.
async fn wait(flights: &Flights, until: Option<UnixTime>) {
    match until {
        Some(until) => flights.shared.driver.effects.sleep(until.saturating_since(flights.shared.now())).await,
        None => std::future::pending().await,
    }
}
