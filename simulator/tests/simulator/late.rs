//! A port that opens later than the simulator starts.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use managed_identity_simulator::{SimulatedSource, Simulator};

use crate::support::get;

fn address(simulator: &Simulator) -> &str {
    simulator.base_url().strip_prefix("http://").unwrap()
}

#[test]
fn whoever_comes_too_early_is_refused() {
    let simulator = Simulator::builder(SimulatedSource::AppService).late(Duration::from_secs(3600)).start().unwrap();
    let error = TcpStream::connect(address(&simulator)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    // And it ends at once all the same.
    let started = Instant::now();
    drop(simulator);
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn the_port_opens_when_its_time_has_come() {
    let late = Duration::from_millis(80);
    let started = Instant::now();
    let simulator = Simulator::builder(SimulatedSource::AppService).late(late).start().unwrap();
    while TcpStream::connect(address(&simulator)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(60), "the port never opens");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(started.elapsed() >= late);
    assert_eq!(get(&simulator, simulator.base_url(), &[]).unwrap().status, 404);
}
