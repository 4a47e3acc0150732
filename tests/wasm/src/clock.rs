//! The timers of a component whose time is a vector's: no wait is real.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::{self, Host, Instant};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use crate::script::Script;
use crate::state::ScriptState;

/// Puts a clock of our own in the place of WASI's: a timer that stands for a wait of the transcript is over at once, and
/// one that limits a request runs in real time.
pub(crate) fn link(linker: &mut Linker<ScriptState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<_, Clock>(linker, |state| {
        let (script, table) = state.script_and_table();
        MonotonicClock { script, table }
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

struct Clock;

impl HasData for Clock {
    type Data<'a> = MonotonicClock<'a>;
}

struct MonotonicClock<'a> {
    script: &'a Arc<Script>,
    table: &'a mut ResourceTable,
}

impl Host for MonotonicClock<'_> {
    fn now(&mut self) -> wasmtime::Result<Instant> {
        Ok(u64::try_from(self.script.now().as_nanos()).unwrap_or(u64::MAX))
    }

    fn resolution(&mut self) -> wasmtime::Result<monotonic_clock::Duration> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: Instant) -> wasmtime::Result<Resource<DynPollable>> {
        let now = self.now()?;
        self.subscribe_duration(when.saturating_sub(now))
    }

    fn subscribe_duration(&mut self, delay: monotonic_clock::Duration) -> wasmtime::Result<Resource<DynPollable>> {
        let delay = Duration::from_nanos(delay);
        let timer = if self.script.sleeps(delay) {
            Timer::Over
        } else {
            Timer::Limit { script: Arc::clone(self.script), until: tokio::time::Instant::now() + delay }
        };
        let timer = self.table.push(timer)?;
        subscribe(self.table, timer)
    }
}

enum Timer {
    Over,
    Limit { script: Arc<Script>, until: tokio::time::Instant },
}

#[async_trait::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        if let Self::Limit { script, until } = self {
            tokio::time::sleep_until(*until).await;
            script.note("a time limit passed, or a wait that is not in the transcript".to_owned());
        }
    }
}
