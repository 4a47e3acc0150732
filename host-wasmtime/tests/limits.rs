//! How much a plug-in may use: its waits are not its computing, its computing ends.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::time::Duration;

use managed_identity_wasmtime::{Grants, Guard, Lend, Limits, PluginState, Stopped, pooled, tick};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

/// A plug-in whose `run` has this body; it can `wait`.
fn plugin(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (import "wait" (func $wait))
            (core func $lowered (canon lower (func $wait)))
            (core module $m
                (import "" "wait" (func $wait))
                (memory (export "memory") 1)
                (func (export "run") (local $i i32) {body}))
            (core instance $i (instantiate $m (with "" (instance (export "wait" (func $lowered))))))
            (func (export "run") (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).unwrap()
}

async fn run(limits: Limits, wait: Duration, body: &str) -> Result<(), Stopped> {
    let engine = Engine::new(&pooled(&limits, 1)).unwrap();
    tick(&engine).unwrap();
    let mut linker = Linker::<PluginState>::new(&engine);
    linker
        .root()
        .func_wrap_async("wait", move |_, ()| {
            Box::new(async move {
                tokio::time::sleep(wait).await;
                Ok(())
            })
        })
        .unwrap();
    let component = Component::new(&engine, plugin(body)).unwrap();
    let state = PluginState::new(&Grants::nothing(), Lend::nothing("p"), &limits).unwrap();
    let mut store = Store::new(&engine, state);
    store.limiter(PluginState::limiter);
    let guard = Guard::new(limits, &mut store);
    guard
        .run(async {
            let instance = linker.instantiate_async(&mut store, &component).await?;
            instance.get_typed_func::<(), ()>(&mut store, "run")?.call_async(&mut store, ()).await
        })
        .await
}

const FOR_EVER: &str = "(loop br 0)";

#[tokio::test]
async fn waits_are_not_computing_however_many_they_are() {
    let limits = Limits { compute: Duration::from_millis(500), ..Limits::default() };
    // Each wait is longer than the time between two looks at the plug-in, and all of them longer than it may compute.
    let waits = "(local.set $i (i32.const 150)) (loop (call $wait)
        (local.tee $i (i32.sub (local.get $i) (i32.const 1))) (br_if 0))";
    run(limits, Duration::from_millis(12), waits).await.unwrap();
}

#[tokio::test]
async fn computing_ends() {
    let limits = Limits { compute: Duration::from_millis(100), ..Limits::default() };
    let error = run(limits, Duration::ZERO, FOR_EVER).await.unwrap_err();
    assert!(error.to_string().contains("computed for too long"), "{error}");
    // Waits between do not help.
    let between = "(loop (call $wait) (local.set $i (i32.const 3000000))
        (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))) (br 0))";
    let error = run(limits, Duration::from_millis(1), between).await.unwrap_err();
    assert!(error.to_string().contains("computed for too long"), "{error}");
}

#[tokio::test]
async fn waiting_ends() {
    let limits = Limits { total: Duration::from_millis(200), ..Limits::default() };
    let error = run(limits, Duration::from_secs(3600), "(call $wait)").await.unwrap_err();
    assert!(matches!(error, Stopped::TooLate(_)), "{error}");
}

#[tokio::test]
async fn a_trap_is_the_plug_in_s_own() {
    let error = run(Limits::default(), Duration::ZERO, "unreachable").await.unwrap_err();
    assert!(matches!(error, Stopped::Trapped(_)) && error.to_string().contains("unreachable"), "{error}");
}

#[tokio::test]
async fn memory_ends() {
    let grows =
        |pages: u32| format!("(if (i32.eq (memory.grow (i32.const {pages})) (i32.const -1)) (then unreachable))");
    run(Limits::default(), Duration::ZERO, &grows(16)).await.unwrap();
    run(Limits::default(), Duration::ZERO, &grows(512)).await.unwrap_err();
}

#[tokio::test]
async fn what_runs_outside_of_the_guard_is_stopped() {
    let limits = Limits::default();
    let engine = Engine::new(&pooled(&limits, 1)).unwrap();
    tick(&engine).unwrap();
    let mut linker = Linker::<()>::new(&engine);
    linker.root().func_wrap("wait", |_, ()| Ok(())).unwrap();
    let mut store = Store::new(&engine, ());
    let _guard = Guard::new(limits, &mut store);
    let component = Component::new(&engine, plugin(FOR_EVER)).unwrap();
    let instance = linker.instantiate_async(&mut store, &component).await.unwrap();
    let run = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap();
    let error = run.call_async(&mut store, ()).await.unwrap_err();
    assert!(format!("{error:#}").contains("outside of its guard"), "{error:#}");
}
