//! An engine for many small plug-ins.

use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::allowance::Limits;

/// How often running plug-ins are looked at.
const TICK: Duration = Duration::from_millis(10);

/// The configuration of an engine for so many plug-ins at the same time: pooled memory, epochs to take time away, and the
/// component model of WASI 0.2 and 0.3. An embedder with a configuration of its own needs of these only
/// [`Config::epoch_interruption`].
#[must_use]
pub fn pooled(limits: &Limits, instances: u32) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    // A plug-in with the client plugged in is two components, and the encoder adds small modules to each; one in Python
    // has more than twenty, and the tables of a whole interpreter.
    pool.total_component_instances(instances)
        .max_core_instances_per_component(64)
        .max_tables_per_component(64)
        .table_elements(100_000)
        .total_core_instances(instances.saturating_mul(8).max(64))
        .total_memories(instances.saturating_mul(2))
        .total_tables(instances.saturating_mul(8).max(64))
        .total_stacks(instances)
        .max_memory_size(limits.memory);
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .wasm_component_model_async(true)
        .memory_reservation(u64::try_from(limits.memory).unwrap_or(u64::MAX))
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Starts the thread by which an engine's plug-ins are looked at a hundred times a second. It ends with the engine.
///
/// # Errors
/// When there can be no more threads.
pub fn tick(engine: &Engine) -> std::io::Result<()> {
    let ticking = engine.weak();
    std::thread::Builder::new().name("plug-in time".to_owned()).spawn(move || {
        while let Some(engine) = ticking.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}
