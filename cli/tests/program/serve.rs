//! `serve`: the contract of App Service, for real clients of it, over real sockets.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use managed_identity_simulator::{AssignedIdentity, Fault, SimulatedSource};

use crate::served::{Served, served};
use crate::support::{Outcome, RESOURCE, json, program, simulator};

#[test]
fn a_client_of_app_service_gets_tokens() {
    let simulator = simulator(SimulatedSource::AzureArc, []);
    let served = Served::start(&simulator, &[]);
    let mut client = program(&["token", "--resource", RESOURCE, "--output", "json"]);
    let document = json(
        &Outcome::of({
            client.envs(served.lines.iter().cloned());
            client
        })
        .success(),
    );
    assert_eq!(document["source"], "app-service");
    simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();

    let (status, document) = served.get(RESOURCE);
    assert_eq!((status, &document["token_type"], &document["resource"]), (200, &"Bearer".into(), &RESOURCE.into()));
    assert!(document["expires_on"].as_str().unwrap().parse::<u64>().is_ok(), "{document}");
}

#[test]
fn a_simulated_source_is_enough() {
    let served = Served::of(program(&["serve", "--simulate", "azure-arc", "--allow-resource", RESOURCE]));
    let (status, document) = served.get(RESOURCE);
    assert_eq!((status, &document["resource"]), (200, &RESOURCE.into()));
}

#[test]
fn the_source_is_asked_once_for_ten_thousand_callers() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::pass().delay(Duration::from_millis(300))]);
    let served = Served::start(&simulator, &[]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let callers: Vec<_> =
            (0..100).map(|_| scope.spawn(|| (0..100).map(|_| served.get(RESOURCE).0).collect::<Vec<_>>())).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    assert_eq!((statuses.len(), statuses.iter().all(|status| *status == 200)), (10_000, true));
    assert_eq!(simulator.request_count(), 1);
    let metrics = served.metrics();
    for line in ["managed_identity_answers_total{status=\"200\"} 10000", "managed_identity_source_requests_total 1"] {
        assert!(metrics.lines().any(|it| it == line), "{line} is not in\n{metrics}");
    }
}

#[test]
fn who_may_not_gets_nothing_and_is_told_why() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let served = Served::start(&simulator, &["--client-id", AssignedIdentity::USER_CLIENT_ID, "--verbose"]);
    let secret = served.value("IDENTITY_HEADER").to_owned();
    assert_eq!(served.ask(RESOURCE, None).0, 401);
    assert_eq!(served.ask(RESOURCE, Some("guess")).0, 401);
    assert_eq!(served.get("https://storage.azure.com").0, 403);
    let other = format!("{RESOURCE}&client_id={}", AssignedIdentity::SYSTEM_CLIENT_ID);
    let (status, document) = served.get(&other);
    assert_eq!((status, &document["statusCode"]), (400, &400.into()), "{document}");
    assert_eq!(simulator.request_count(), 0);

    let (status, document) = served.get(&format!("{RESOURCE}&client_id={}", AssignedIdentity::USER_CLIENT_ID));
    assert_eq!((status, &document["client_id"]), (200, &AssignedIdentity::USER_CLIENT_ID.into()));
    assert!(!served.metrics().contains(&secret));
    let told = served.stop();
    assert!(told.contains("answered a client"), "{told}");
    for secret in simulator.secrets().into_iter().chain([secret]) {
        assert!(!told.contains(&secret), "a secret shows in {told}");
    }
}

#[test]
fn a_failure_is_told_so_that_clients_know_whether_to_try_again() {
    for (fault, expected) in [(Fault::status(400).text("Identity not found"), 400), (Fault::throttled("7"), 503)] {
        let simulator = simulator(SimulatedSource::Imds, [fault.times(99)]);
        let served = Served::start(&simulator, &["--fail-fast", "--timeout", "3s"]);
        let (status, document) = served.get(RESOURCE);
        assert_eq!((status, &document["statusCode"]), (expected, &expected.into()), "{document}");
        assert!(document["message"].as_str().unwrap().contains("Next step:"), "{document}");
    }
}

#[test]
fn other_machines_are_kept_out_unless_the_risk_is_taken() {
    let simulator = simulator(SimulatedSource::Imds, []);
    for clients in [&[][..], &["--allow-from", "127.0.0.1"]] {
        let arguments = [&["--listen", "0.0.0.0:0", "--write-env", "-"], clients].concat();
        let outcome = Outcome::of(served(&simulator, &arguments));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{clients:?}");
        assert!(outcome.stderr.contains("can be reached from other machines"), "{}", outcome.stderr);
    }
    let served = Served::start(&simulator, &["--listen", "0.0.0.0:0", "--dangerous-listen-elsewhere"]);
    assert!(served.address().starts_with("0.0.0.0:"));
}

#[test]
fn clients_elsewhere_than_at_the_allowed_addresses_get_nothing() {
    let simulator = simulator(SimulatedSource::Imds, []);
    // Every address of 127.0.0.0/8 is this machine: the clients are at 127.0.0.1.
    let served = Served::start(&simulator, &["--allow-from", "127.0.0.2,127.1.0.0/16"]);
    let (status, document) = served.get(RESOURCE);
    assert_eq!((status, &document["statusCode"]), (403, &403.into()));
    assert!(document["message"].as_str().unwrap().contains("127.0.0.1 may not ask here"), "{document}");
    assert!(!served.metrics().contains("managed_identity"));
    assert_eq!(simulator.request_count(), 0);

    let served = Served::start(&simulator, &["--allow-from", "127.0.0.2", "--allow-from", "127.0.0.0/24"]);
    assert_eq!(served.get(RESOURCE).0, 200);
}

/// A private address of an interface of this machine, where it has one. Nothing is sent to find it.
fn private_address() -> Option<IpAddr> {
    ["10.255.255.255:9", "172.31.255.255:9", "192.168.255.255:9", "[fd00::ffff]:9"].into_iter().find_map(|towards| {
        let any = if towards.starts_with('[') { "[::]:0" } else { "0.0.0.0:0" };
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(towards).ok()?;
        let address = socket.local_addr().ok()?.ip();
        let is_private = match address {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(address) => address.is_unique_local(),
        };
        is_private.then_some(address)
    })
}

#[test]
fn a_bridge_is_listened_at_for_clients_that_are_named() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let Some(address) = private_address() else { return };
    let ip = address.to_string();
    let address = SocketAddr::new(address, 0).to_string();
    let outcome = Outcome::of(served(&simulator, &["--listen", &address, "--write-env", "-"]));
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("--allow-from"), "{}", outcome.stderr);
    let served = Served::start(&simulator, &["--listen", &address, "--allow-from", "172.17.0.0/16"]);
    assert!(served.address().contains(&ip));
}

#[test]
fn what_is_given_has_to_be_said() {
    let outcome = Outcome::of(program(&["serve", "--simulate", "imds", "--write-env", "-"]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator(SimulatedSource::Imds, []);
    let mut command = served(&simulator, &["--write-env"]);
    command.arg(folder.path().join("no/such/folder/file"));
    assert_eq!(Outcome::of(command).code, 2);
}
