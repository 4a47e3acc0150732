//! Starting and stopping.

use std::net::TcpStream;

use managed_identity_simulator::{SimulatedSource, Simulator, SimulatorError};

use crate::support::{get, start};

#[test]
fn a_source_is_known_by_its_name() {
    for source in SimulatedSource::ALL {
        assert_eq!(source.to_string().parse(), Ok(source));
    }
    let error = "vm".parse::<SimulatedSource>().unwrap_err().to_string();
    for source in SimulatedSource::ALL {
        assert!(error.contains(source.name()));
    }
}

#[test]
fn nobody_listens_after_the_simulator_is_dropped() {
    let simulator = start(SimulatedSource::Imds);
    let address = simulator.base_url().strip_prefix("http://").unwrap().to_owned();
    let open = TcpStream::connect(&address).unwrap();
    drop(simulator);
    TcpStream::connect(&address).unwrap_err();
    assert_eq!(std::io::Read::read(&mut &open, &mut [0]).unwrap_or(0), 0);
}

#[test]
fn a_chosen_port_is_used_and_a_taken_one_is_refused() {
    let first = start(SimulatedSource::Imds);
    let port = first.base_url().rsplit_once(':').unwrap().1.parse().unwrap();
    let error = Simulator::builder(SimulatedSource::Imds).port(port).start().unwrap_err();
    assert!(matches!(error, SimulatorError::Listen { .. }) && error.to_string().contains(&port.to_string()));
    drop(first);
    let second = Simulator::builder(SimulatedSource::AppService).port(port).start().unwrap();
    assert!(second.base_url().ends_with(&format!(":{port}")));
}

#[test]
fn choices_that_make_no_sense_are_refused() {
    let builder = || Simulator::builder(SimulatedSource::WorkloadIdentity);
    assert!(matches!(builder().identities(Vec::new()).start(), Err(SimulatorError::NoIdentity)));
    for tenant in ["", "a/b", "a b", "ä"] {
        assert!(matches!(builder().tenant_id(tenant).start(), Err(SimulatorError::TenantId)));
    }
    let folder = std::path::Path::new("/dev/null/tokens");
    let error = Simulator::builder(SimulatedSource::AzureArc).key_folder(folder).start().unwrap_err();
    assert!(error.to_string().contains("/dev/null/tokens"), "{error}");
}

#[tokio::test]
async fn it_starts_and_stops_inside_an_async_runtime() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let reply = get(&simulator, simulator.base_url(), &[]).unwrap();
    assert_eq!(reply.status, 404);
    let port = simulator.base_url().rsplit_once(':').unwrap().1.parse().unwrap();
    Simulator::builder(SimulatedSource::Imds).port(port).start().unwrap_err();
}
