//! The engine: what all plug-ins share, and the limits that hold for each.

use anyhow::Result;
use wasmtime::component::{Component, HasData, HasSelf, Linker, ResourceTable};
use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView as _};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_io::bindings::wasi::io;

use crate::bindings::PluginPre;
use crate::bindings::managed_identity::client::tokens;
use crate::limits::{Limits, TICK};
use crate::plugin::Plugin;
use crate::state::PluginState;

/// Loads plug-ins. They share compiled code and pooled memory, and nothing that one of them could see of another.
pub struct PluginHost {
    engine: Engine,
    linker: Linker<PluginState>,
    limits: Limits,
}

impl PluginHost {
    /// A host. Takes care of time limits on a thread of its own, which ends with the host's last plug-in.
    ///
    /// # Errors
    /// When the machine cannot provide what is asked for.
    pub fn new(limits: Limits) -> Result<Self> {
        let engine = Engine::new(&config(&limits))?;
        let ticking = engine.weak();
        std::thread::Builder::new().name("plug-in time".to_owned()).spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })?;
        let mut linker = Linker::new(&engine);
        link(&mut linker)?;
        tokens::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
        Ok(Self { engine, linker, limits })
    }

    /// Compiles a component and checks that it imports nothing but what a policy can grant.
    ///
    /// # Errors
    /// When it is no component, or imports something else; the error names it.
    pub fn load(&self, component: &[u8]) -> Result<Plugin> {
        let component = Component::new(&self.engine, component).context("the plug-in cannot be compiled")?;
        let pre =
            self.linker.instantiate_pre(&component).context("the plug-in asks for more than any policy grants")?;
        Ok(Plugin::new(PluginPre::new(pre)?, self.limits))
    }
}

/// How the engine is set up: pooled memory, and epochs to take time away.
#[must_use]
pub fn config(limits: &Limits) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    // A plug-in with the client plugged in is two components, and the encoder adds small modules to each.
    pool.total_component_instances(limits.instances)
        .total_core_instances(limits.instances.saturating_mul(8))
        .total_memories(limits.instances.saturating_mul(2))
        .total_tables(limits.instances.saturating_mul(8))
        .total_stacks(limits.instances)
        .max_memory_size(limits.memory);
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .memory_reservation(u64::try_from(limits.memory).unwrap_or(u64::MAX))
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Makes the interfaces available that the client needs, and no others: no standard streams, no sockets, no exit. What
/// they can do is up to the store's WASI and gate.
///
/// # Errors
/// When one of them is there already.
pub fn link<T: WasiView + WasiHttpView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    io::error::add_to_linker::<T, Table>(linker, |state| state.ctx().table)?;
    io::poll::add_to_linker::<T, Table>(linker, |state| state.ctx().table)?;
    io::streams::add_to_linker::<T, Table>(linker, |state| state.ctx().table)?;
    cli::environment::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(linker, T::clocks)?;
    clocks::wall_clock::add_to_linker::<T, WasiClocks>(linker, T::clocks)?;
    filesystem::preopens::add_to_linker::<T, WasiFilesystem>(linker, T::filesystem)?;
    filesystem::types::add_to_linker::<T, WasiFilesystem>(linker, T::filesystem)?;
    random::random::add_to_linker::<T, WasiRandom>(linker, T::random)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}
