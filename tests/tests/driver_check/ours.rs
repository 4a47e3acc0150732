//! The drivers of this project for native programs.

use managed_identity_core::Effects as _;
use managed_identity_example_blocking::Blocking;
use managed_identity_reqwest::{AsyncEffects as _, NativeEffects};
use managed_identity_simulator::driver_check::{DriverRow, Report, Verdict, check};

use crate::calls::{HANGS, machine_call, plain_outcome};
use crate::environment::with_proxy;

/// The rows of the report that say something else than that a promise was kept.
fn not_kept(report: &Report) -> Vec<String> {
    assert_eq!(report.findings.len(), DriverRow::ALL.len());
    report.findings.iter().filter(|it| it.verdict != Verdict::Kept).map(ToString::to_string).collect()
}

#[test]
fn the_native_client_keeps_every_promise() {
    with_proxy("ours::the_native_client_keeps_every_promise", || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let effects = NativeEffects::builder().build();
        let report = check(|call| {
            let sent = async { tokio::time::timeout(HANGS, effects.send(machine_call(call))).await };
            plain_outcome(runtime.block_on(sent).expect("the driver hangs"))
        });
        assert_eq!(not_kept(&report.unwrap()), <[String; 0]>::default());
    });
}

#[test]
fn the_blocking_example_keeps_every_promise_but_those_it_refuses_by_name() {
    with_proxy("ours::the_blocking_example_keeps_every_promise_but_those_it_refuses_by_name", || {
        let report = check(|call| plain_outcome(Blocking.send(machine_call(call)))).unwrap();
        let refused = ["pinned", "pin", "untrusted"].map(|row| format!("{row}: refused by name (tls)"));
        assert_eq!(not_kept(&report), refused);
    });
}
