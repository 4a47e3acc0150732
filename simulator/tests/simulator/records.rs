//! What is recorded of a request, and that no secret is.

use std::io::Write;
use std::sync::{Arc, Mutex};

use managed_identity_simulator::{SimulatedSource, Simulator};
use serde_json::Value;

use crate::support::{RESOURCE, get, post, start, with_query};

/// A log that the test can read.
#[derive(Clone, Default)]
struct SharedLog(Arc<Mutex<Vec<u8>>>);

impl Write for SharedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A log on a full disk.
struct FullDisk;

impl Write for FullDisk {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_record_says_what_was_asked_and_answered() {
    let log = SharedLog::default();
    let simulator = Simulator::builder(SimulatedSource::Imds).request_log(log.clone()).start().unwrap();
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    let url = with_query(&url, &[("api-version", "2018-02-01"), ("resource", "a b&c")]);
    get(&simulator, &url, &[("Metadata", "true")]).unwrap();
    get(&simulator, &url, &[]).unwrap();

    let records = simulator.requests();
    assert_eq!((records.len(), simulator.request_count()), (2, 2));
    assert_eq!((records[0].method.as_str(), records[0].status), ("GET", Some(200)));
    assert_eq!(records[0].path, "/metadata/identity/oauth2/token");
    assert_eq!(records[0].query_value("resource"), Some("a b&c"));
    assert_eq!(records[0].header("metadata"), Some("true"));
    assert_eq!((records[1].header("metadata"), records[1].status), (None, Some(400)));

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, records.iter().map(|record| serde_json::json!(record)).collect::<Vec<_>>());
}

/// Uses up every kind of secret of `simulator`, and sends each of them in places where it does not belong.
fn spill(simulator: &Simulator) {
    let environment = simulator.environment();
    let value = |name: &str| environment.get(name).cloned().unwrap_or_default();
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    let url = with_query(&url, &[("api-version", "2020-06-01"), ("resource", RESOURCE)]);
    let challenge = get(simulator, &url, &[("Metadata", "true"), ("secret", &value("IDENTITY_HEADER"))]).unwrap();
    if let Some(header) = challenge.headers.get("www-authenticate") {
        let path = header.to_str().unwrap().strip_prefix("Basic realm=").unwrap();
        let key = format!("Basic {}", std::fs::read_to_string(path).unwrap());
        get(simulator, &url, &[("Metadata", "true"), ("Authorization", &key)]).unwrap();
    }
    for secret in simulator.secrets() {
        let url = format!("{}/{secret}?{secret}={secret}", simulator.base_url());
        let form = [("client_assertion", "unknown-assertion"), ("other", &secret), (&secret, "x")];
        let headers = [
            ("Authorization", "unknown-key alone"),
            ("X-IDENTITY-HEADER", "unknown-header"),
            ("secret", "unknown-secret"),
            ("x-other", &secret),
        ];
        post(simulator, &url, &headers, &form).unwrap();
    }
}

#[test]
fn no_secret_shows_in_records_log_or_debug() {
    for source in SimulatedSource::ALL {
        let log = SharedLog::default();
        let simulator = Simulator::builder(source).request_log(log.clone()).start().unwrap();
        spill(&simulator);
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let shown = format!("{text}{:?}{simulator:?}", simulator.requests());
        let mut hidden = simulator.secrets();
        if source != SimulatedSource::CloudShell {
            assert!(!hidden.is_empty(), "{source}");
        }
        hidden.extend(["unknown-assertion", "unknown-key", "unknown-header", "unknown-secret"].map(str::to_owned));
        for secret in hidden {
            assert!(!shown.contains(&secret), "{source}: {secret}");
        }
    }
}

#[test]
fn the_secrets_are_those_of_the_source() {
    let simulator = start(SimulatedSource::AppService);
    assert_eq!(simulator.secrets(), [simulator.environment()["IDENTITY_HEADER"].clone()]);
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let federated = std::fs::read_to_string(&simulator.environment()["AZURE_FEDERATED_TOKEN_FILE"]).unwrap();
    assert_eq!(simulator.secrets(), [federated]);
}

#[test]
fn a_log_that_cannot_be_written_does_not_stop_the_service() {
    let simulator = Simulator::builder(SimulatedSource::Imds).request_log(FullDisk).start().unwrap();
    assert_eq!(get(&simulator, simulator.base_url(), &[]).unwrap().status, 404);
    assert_eq!(simulator.request_count(), 1);
}

#[test]
fn a_simulator_that_lives_long_remembers_the_newest_only() {
    let simulator = Simulator::builder(SimulatedSource::Imds).most_kept(2).start().unwrap();
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    for number in 0..5 {
        let url =
            with_query(&url, &[("api-version", "2018-02-01"), ("resource", RESOURCE), ("number", &number.to_string())]);
        get(&simulator, &url, &[("Metadata", "true")]).unwrap();
    }
    let records = simulator.requests();
    let numbers: Vec<_> = records.iter().map(|record| record.query_value("number").unwrap()).collect();
    assert_eq!((numbers.as_slice(), simulator.request_count()), (&["3", "4"][..], 5));
    assert_eq!(simulator.secrets().len(), 2);
}
