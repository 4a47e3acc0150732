//! How much a plug-in may use, as values.

use std::time::Duration;

use serde::Deserialize;
use wasmtime::{StoreLimits, StoreLimitsBuilder};

/// How much a plug-in may use, for each call of it.
///
/// In a configuration: `memory_bytes`, `compute_ms`, `total_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Document")]
pub struct Limits {
    /// The most bytes of each of its memories. As many bytes may be on their way to the host at the same time.
    pub memory: usize,
    /// The longest time that it may compute, without its waits.
    pub compute: Duration,
    /// The longest time from call to answer, waits included.
    pub total: Duration,
}

impl Default for Limits {
    /// 16 MiB, a second, three minutes.
    fn default() -> Self {
        Self { memory: 16 << 20, compute: Duration::from_secs(1), total: Duration::from_secs(180) }
    }
}

impl Limits {
    /// For [`Store::limiter`](wasmtime::Store::limiter): the memory, and no more memories, instances and tables than a
    /// plug-in has that consists of two components, one of which brings the engine of a language.
    #[must_use]
    pub fn store_limits(&self) -> StoreLimits {
        StoreLimitsBuilder::new().memory_size(self.memory).memories(8).instances(64).tables(64).build()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
    memory_bytes: usize,
    compute_ms: u64,
    total_ms: u64,
}

impl Default for Document {
    fn default() -> Self {
        let Limits { memory, compute, total } = Limits::default();
        let milliseconds = |it: Duration| u64::try_from(it.as_millis()).unwrap_or(u64::MAX);
        Self { memory_bytes: memory, compute_ms: milliseconds(compute), total_ms: milliseconds(total) }
    }
}

impl From<Document> for Limits {
    fn from(document: Document) -> Self {
        Self {
            memory: document.memory_bytes,
            compute: Duration::from_millis(document.compute_ms),
            total: Duration::from_millis(document.total_ms),
        }
    }
}
