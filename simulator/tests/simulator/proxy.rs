//! The HTTP proxy beside the endpoint.

use std::io::{Read, Write};
use std::net::TcpStream;

use managed_identity_simulator::{AssignedIdentity, RequestRecord, SimulatedSource, Simulator};
use ureq::Agent;

use crate::support::{RESOURCE, assert_token, post_with, proxied_agent, start};

fn start_with_proxy(source: SimulatedSource) -> Simulator {
    Simulator::builder(source).proxy().start().unwrap()
}

fn proxied(simulator: &Simulator) -> Vec<RequestRecord> {
    simulator.requests().into_iter().filter(|record| record.proxied).collect()
}

/// Posts the form that gets a token of the user-assigned identity.
fn ask_authority(simulator: &Simulator, agent: &Agent) -> Result<serde_json::Value, ureq::Error> {
    let environment = simulator.environment();
    let assertion = std::fs::read_to_string(&environment["AZURE_FEDERATED_TOKEN_FILE"]).unwrap();
    let (authority, tenant) = (&environment["AZURE_AUTHORITY_HOST"], &environment["AZURE_TENANT_ID"]);
    let form = [
        ("client_id", environment["AZURE_CLIENT_ID"].as_str()),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
        ("scope", &format!("{RESOURCE}/.default")),
    ];
    Ok(post_with(agent, &format!("{authority}{tenant}/oauth2/v2.0/token"), &[], &form)?.json())
}

#[test]
fn the_authority_is_reached_through_the_proxy() {
    let simulator = start_with_proxy(SimulatedSource::WorkloadIdentity);
    let environment = simulator.environment();
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        assert_eq!(Some(environment[name].as_str()), simulator.proxy_url(), "{name}");
    }
    assert_eq!(environment["AZURE_AUTHORITY_HOST"], "https://login.simulated.invalid/");
    let document = ask_authority(&simulator, &proxied_agent(&simulator)).unwrap();
    assert_token(&simulator, &document, AssignedIdentity::USER_CLIENT_ID);

    let [connect] = proxied(&simulator).try_into().unwrap();
    assert_eq!((connect.method.as_str(), connect.path.as_str()), ("CONNECT", "login.simulated.invalid:443"));
    assert_eq!((connect.status, simulator.request_count()), (Some(200), 2));
    let line = serde_json::to_value(&connect).unwrap();
    assert_eq!(line["proxied"], true);
    assert!(serde_json::to_value(&simulator.requests()[1]).unwrap().get("proxied").is_none());
}

#[test]
fn an_endpoint_on_this_machine_is_not_reached_through_the_proxy() {
    for source in [SimulatedSource::Imds, SimulatedSource::ServiceFabric] {
        let simulator = start_with_proxy(source);
        proxied_agent(&simulator).get(simulator.base_url()).call().unwrap_err();
        let (_, authority) = simulator.base_url().split_once("://").unwrap();
        let [connect] = proxied(&simulator).try_into().unwrap();
        assert_eq!((connect.method.as_str(), connect.path.as_str(), connect.status), ("CONNECT", authority, Some(403)));
        assert_eq!(simulator.request_count(), 1, "only the proxy saw it");
    }
}

#[test]
fn a_request_that_needs_no_tunnel_is_refused_and_its_secrets_do_not_show() {
    let simulator = start_with_proxy(SimulatedSource::AppService);
    let environment = simulator.environment();
    let (endpoint, secret) = (&environment["IDENTITY_ENDPOINT"], &environment["IDENTITY_HEADER"]);
    let mut stream = TcpStream::connect(simulator.proxy_url().unwrap().strip_prefix("http://").unwrap()).unwrap();
    let head = format!("GET {endpoint}?resource=a HTTP/1.1\r\nHost: a\r\nX-IDENTITY-HEADER: {secret}\r\n");
    write!(stream, "{head}Connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 403 ") && answer.contains("asked directly, never through a proxy"),
        "{answer}"
    );

    let [record] = proxied(&simulator).try_into().unwrap();
    assert_eq!((&record.path, record.query_value("resource")), (endpoint, Some("a")));
    assert_eq!(record.header("x-identity-header"), Some("***"));
}

#[test]
fn a_tunnel_leads_to_the_authority_only() {
    let simulator = start_with_proxy(SimulatedSource::WorkloadIdentity);
    let other = start(SimulatedSource::WorkloadIdentity);
    proxied_agent(&simulator).get(other.base_url()).call().unwrap_err();
    assert_eq!((proxied(&simulator)[0].status, other.request_count()), (Some(403), 0));
}

#[test]
fn there_is_no_proxy_unless_asked_for() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    assert_eq!(simulator.proxy_url(), None);
    assert!(simulator.environment().keys().all(|name| !name.to_uppercase().contains("PROXY")));
}
