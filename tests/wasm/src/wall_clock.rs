//! The wall clock of a component whose time is a vector's.

use std::sync::Arc;
use std::time::Duration;

use wasmtime_wasi::HostWallClock;

use crate::script::Script;

/// The wall clock.
pub(crate) struct WallClock(pub(crate) Arc<Script>);

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0.now()
    }
}
