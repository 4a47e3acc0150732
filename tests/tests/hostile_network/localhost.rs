//! The name `localhost`, which an endpoint in the environment may have, is this machine, whatever a resolver says.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::process::Command;

use managed_identity_reqwest::{ManagedIdentityClient, Source};
use managed_identity_tests::listener::{self, Listener};

use crate::{HERE, RESOURCE, TOKEN};

/// An address of this machine that `localhost` is not.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Names the port to ask in the process with another idea of `localhost`.
const PORT: &str = "TEST_LOCALHOST_PORT";

fn endpoint(address: impl Into<SocketAddr>) -> std::io::Result<Listener> {
    let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{TOKEN}");
    Listener::start(address, move |stream| listener::answer(stream, answer.as_bytes()))
}

async fn ask_localhost(name: &str, port: u16) {
    let source = Source::imds(&format!("http://{name}:{port}")).unwrap();
    let client = ManagedIdentityClient::builder().source(source).build().unwrap();
    assert_eq!(client.get_token(RESOURCE).await.unwrap().secret(), "the-whole-token");
}

#[tokio::test]
async fn localhost_is_the_loopback_address_of_either_family() {
    for name in ["localhost", "LocalHost"] {
        ask_localhost(name, endpoint(HERE).unwrap().address().port()).await;
        // A machine may have no IPv6.
        if let Ok(endpoint) = endpoint((Ipv6Addr::LOCALHOST, 0)) {
            ask_localhost(name, endpoint.address().port()).await;
        }
    }
}

/// Needs Linux and the right to mount in a namespace of its own; elsewhere the test above is all there is.
#[tokio::test]
async fn localhost_is_this_machine_where_the_hosts_file_says_otherwise() {
    if let Ok(port) = std::env::var(PORT) {
        let port = port.parse().unwrap();
        let resolved: Vec<_> = ("localhost", port).to_socket_addrs().unwrap().map(|address| address.ip()).collect();
        assert_eq!(resolved, [ELSEWHERE], "the hosts file does not count here, so this shows nothing");
        ask_localhost("localhost", port).await;
        return;
    }
    let here = endpoint(HERE).unwrap();
    let port = here.address().port();
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts");
    std::fs::write(&hosts, format!("{ELSEWHERE} localhost\n")).unwrap();
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script]).arg(std::env::current_exe().unwrap());
        command.arg(&hosts).env(PORT, port.to_string());
        command
    };
    let mount = "mount --bind \"$1\" /etc/hosts";
    if !in_namespace(mount).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: nothing can be mounted here");
        return;
    }
    let elsewhere = endpoint((ELSEWHERE, port)).unwrap();
    let name = "localhost::localhost_is_this_machine_where_the_hosts_file_says_otherwise";
    let status = in_namespace(&format!("{mount} && exec \"$0\" --exact {name}")).status().unwrap();
    assert!(status.success());
    assert_eq!((here.connections(), elsewhere.connections()), (1, 0));
}
