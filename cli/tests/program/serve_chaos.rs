//! `serve` before a source that does whatever it likes, drawn from seeds: every client gets a token of the source or an error
//! in time, no answer holds a secret, and once the faults are over there is a token again.
//!
//! `CHAOS_SCRIPTS` says how many scripts are played, `CHAOS_SEED` where they begin.

use std::time::{Duration, Instant};

use fastrand::Rng;
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};

use crate::served::Served;
use crate::support::{RESOURCE, simulator};

const SOURCES: [SimulatedSource; 4] =
    [SimulatedSource::AppService, SimulatedSource::AzureArc, SimulatedSource::Imds, SimulatedSource::MachineLearning];
/// How long `serve` may take for an acquisition.
const BUDGET: Duration = Duration::from_secs(2);
/// Two acquisitions, one waited for and one of its own, and what a busy machine adds.
const LONGEST_CALL: Duration = Duration::from_secs(30);
const CLIENTS: usize = 4;
const CALLS: usize = 3;

#[test]
fn whatever_the_source_does_every_client_is_answered_in_time() {
    let variable = |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let (first, count): (u64, u64) = (variable("CHAOS_SEED", 1), variable("CHAOS_SCRIPTS", 24));
    let next = std::sync::atomic::AtomicU64::new(first);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= first.saturating_add(count) {
                        break;
                    }
                    play(seed);
                }
            });
        }
    });
}

fn play(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let source = SOURCES[rng.usize(..SOURCES.len())];
    let simulator = simulator(source, []);
    let budget = format!("{}s", BUDGET.as_secs());
    let served = Served::start(&simulator, &["--timeout", &budget]);
    let mut faults = FaultScript::new();
    faults.extend((0..rng.usize(1..20)).map(|_| fault(&mut rng, &simulator)));
    let shown = format!("CHAOS_SEED={seed}: {source} {faults:?}");
    simulator.set_faults(faults).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| (0..CALLS).filter(|_| judge(&served, &simulator, &shown)).count());
        }
    });

    simulator.set_faults(FaultScript::new()).unwrap();
    // A failure counts for some seconds, and a flight that met the last of the faults may still be on its way.
    let begun = Instant::now();
    while !judge(&served, &simulator, &shown) {
        assert!(begun.elapsed() < LONGEST_CALL, "no token although the faults are over: {shown}");
        std::thread::sleep(Duration::from_millis(250));
    }
    let (code, told) = served.end();
    assert_eq!(code, 0, "{told}\n{shown}");
    assert_hidden(&simulator, &told, &shown);
}

/// Asks once; the answer is whether there was a token.
fn judge(served: &Served, simulator: &Simulator, shown: &str) -> bool {
    let begun = Instant::now();
    let (status, document) = served.get(RESOURCE);
    assert!(begun.elapsed() < LONGEST_CALL, "it took {:?}: {shown}", begun.elapsed());
    if status == 200 {
        simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();
        return true;
    }
    assert!([400, 403, 503].contains(&status), "{status}: {shown}");
    assert!(document["message"].as_str().is_some_and(|it| it.contains("Next step:")), "{document}: {shown}");
    assert_hidden(simulator, &document.to_string(), shown);
    false
}

fn assert_hidden(simulator: &Simulator, text: &str, shown: &str) {
    let secrets = simulator.secrets();
    assert!(!secrets.iter().any(|secret| text.contains(secret)), "a secret is in {text}: {shown}");
}

fn fault(rng: &mut Rng, simulator: &Simulator) -> Fault {
    let secrets = simulator.secrets();
    let fault = match rng.u8(..14) {
        0..=2 => Fault::pass(),
        3 => Fault::cut(),
        4 => Fault::truncated(),
        5 => Fault::endless(),
        6 => Fault::not_json(),
        7 => Fault::huge(1 << 30),
        8 => Fault::throttled("1"),
        9 => Fault::status(rng.u16(500..600)),
        10 => Fault::status([400, 401, 403, 404, 408][rng.usize(..5)]),
        11 => Fault::wrong_identity(),
        12 => Fault::status(400).text(secrets.get(rng.usize(..secrets.len().max(1))).map_or("", String::as_str)),
        _ => Fault::gone(),
    };
    if rng.u8(..5) == 0 { fault.delay(Duration::from_millis(rng.u64(..300))) } else { fault }
}
