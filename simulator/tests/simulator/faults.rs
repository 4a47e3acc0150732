//! What each fault does on the wire.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use managed_identity_simulator::{AssignedIdentity, Fault, FaultScript, SimulatedSource, Simulator, SimulatorError};

use crate::support::{RESOURCE, Reply, agent, assert_token, get, start, start_with, with_query};

fn url(simulator: &Simulator) -> String {
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    with_query(&url, &[("api-version", "2020-06-01"), ("resource", RESOURCE)])
}

fn ask(simulator: &Simulator) -> Result<Reply, ureq::Error> {
    get(simulator, &url(simulator), &[("Metadata", "true")])
}

fn imds(faults: impl IntoIterator<Item = Fault>) -> Simulator {
    start_with(SimulatedSource::Imds, faults)
}

#[test]
fn faults_happen_in_order_and_then_service_is_normal() {
    let simulator = imds([Fault::gone().times(2), Fault::pass(), Fault::status(500)]);
    let statuses: Vec<u16> = (0..6).map(|_| ask(&simulator).unwrap().status).collect();
    assert_eq!(statuses, [410, 410, 200, 500, 200, 200]);
    let names: Vec<_> = simulator.requests().iter().map(|record| record.fault).collect();
    assert_eq!(names, [Some("gone"), Some("gone"), Some("pass"), Some("status"), None, None]);
}

#[test]
fn a_status_comes_with_its_headers_and_body() {
    let fault = Fault::status(503).header("Retry-After", "7").header("x-twice", "a").header("x-twice", "b");
    let simulator = imds([fault.body("busy"), Fault::status(400).body("x").header("content-type", "text/plain")]);
    let reply = ask(&simulator).unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (503, "busy"));
    assert_eq!((reply.header("retry-after"), reply.header("content-type")), ("7", "application/json"));
    assert_eq!(reply.headers.get_all("x-twice").iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(ask(&simulator).unwrap().header("content-type"), "text/plain");
}

#[test]
fn an_answer_may_be_plain_text_or_a_page_and_have_words_of_its_own() {
    let simulator = imds([
        Fault::status(400).text("no sign-on on this compute"),
        Fault::status(502).html("Bad <gateway> & more"),
        Fault::status(403).reason("Not From Here"),
    ]);
    let text = ask(&simulator).unwrap();
    assert_eq!((text.status, text.body.as_str()), (400, "no sign-on on this compute"));
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    let page = ask(&simulator).unwrap();
    assert_eq!((page.status, page.header("content-type")), (502, "text/html; charset=utf-8"));
    assert!(page.body.contains("<title>Bad &lt;gateway&gt; &amp; more</title>"), "{}", page.body);

    // No client of these tests tells the words, so they are read from the wire.
    let mut stream = TcpStream::connect(simulator.base_url().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 403 Not From Here\r\n");
}

#[test]
fn an_authority_refuses_by_number_until_it_does_not() {
    let simulator = start_with(SimulatedSource::WorkloadIdentity, [Fault::aadsts(700_213).times(2), Fault::aadsts(1)]);
    let url = format!("{}/{}/oauth2/v2.0/token", simulator.base_url(), simulator.tenant_id());
    for code in [700_213, 700_213, 1] {
        let reply = get(&simulator, &url, &[]).unwrap();
        assert_eq!(reply.refusal(), (401, "invalid_client".to_owned()));
        let document = reply.json();
        assert_eq!(document["error_codes"], serde_json::json!([code]));
        assert!(document["error_description"].as_str().unwrap().starts_with(&format!("AADSTS{code}: ")));
    }
    assert_eq!(get(&simulator, &url, &[]).unwrap().status, 405, "service is normal");

    let simulator = imds([Fault::aadsts(500_011)]);
    let reply = ask(&simulator).unwrap();
    assert_eq!(reply.refusal(), (400, "invalid_resource".to_owned()));
    assert!(reply.json()["error_description"].as_str().unwrap().starts_with("AADSTS500011: "));
}

#[test]
fn members_of_the_token_document_are_set_added_and_taken_away() {
    let date = "9/14/2028 2:5:9 PM +00:00";
    let simulator = imds([
        Fault::with_member("expires_on", date).member("expires_in", ()).member("CLIENT_ID", "somebody"),
        Fault::with_member("resource", "https://graph.windows.net"),
    ]);
    let document = ask(&simulator).unwrap().json();
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
    assert_eq!((&document["expires_on"], &document["CLIENT_ID"]), (&date.into(), &"somebody".into()));
    assert!(document.get("expires_in").is_none());
    assert_eq!(ask(&simulator).unwrap().json()["resource"], "https://graph.windows.net");
    assert_eq!(ask(&simulator).unwrap().json()["resource"], RESOURCE);

    // What is no token document stays as it is.
    let simulator = imds([Fault::with_member("error", "other")]);
    assert_eq!(get(&simulator, &url(&simulator), &[]).unwrap().refusal(), (400, "bad_request_102".to_owned()));
}

/// The path and, while it is there, the content of the key file that a challenge names.
fn key_file(reply: &Reply) -> (PathBuf, Option<String>) {
    assert_eq!(reply.refusal(), (401, "unauthorized".to_owned()));
    let path = PathBuf::from(reply.header("www-authenticate").strip_prefix("Basic realm=").unwrap());
    let content = std::fs::read_to_string(&path).ok();
    (path, content)
}

#[test]
fn a_key_is_lost_once_and_there_the_next_time() {
    let simulator = start_with(SimulatedSource::AzureArc, [Fault::lost_key()]);
    let (lost, content) = key_file(&ask(&simulator).unwrap());
    assert_eq!((lost.parent(), content), (simulator.key_folder(), None));
    let (_, key) = key_file(&ask(&simulator).unwrap());
    let authorization = format!("Basic {}", key.unwrap());
    let headers = [("Metadata", "true"), ("Authorization", authorization.as_str())];
    assert_eq!(get(&simulator, &url(&simulator), &headers).unwrap().status, 200);
}

#[test]
fn a_key_is_refused_with_a_new_challenge_after_a_rotation() {
    let simulator = start_with(SimulatedSource::AzureArc, [Fault::pass(), Fault::rotated_key()]);
    let (old, key) = key_file(&ask(&simulator).unwrap());
    let answer = |key: &str| {
        let authorization = format!("Basic {key}");
        let headers = [("Metadata", "true"), ("Authorization", authorization.as_str())];
        get(&simulator, &url(&simulator), &headers).unwrap()
    };
    let (new, key) = key_file(&answer(&key.unwrap()));
    assert_ne!(old, new);
    assert_eq!(answer(&key.unwrap()).status, 200);
}

#[test]
fn a_fault_of_key_files_needs_a_source_that_has_them() {
    for fault in [Fault::lost_key(), Fault::rotated_key()] {
        let script = FaultScript::new().then(fault);
        let error = Simulator::builder(SimulatedSource::Imds).faults(script.clone()).start().unwrap_err();
        assert!(error.to_string().contains("imds has no key files"), "{error}");
        start(SimulatedSource::AppService).set_faults(script.clone()).unwrap_err();
        start(SimulatedSource::AzureArc).set_faults(script).unwrap();
    }
}

#[test]
fn throttling_has_the_shape_of_the_source() {
    for (source, member) in [
        (SimulatedSource::Imds, "error_description"),
        (SimulatedSource::AppService, "statusCode"),
        (SimulatedSource::ServiceFabric, "error"),
        (SimulatedSource::WorkloadIdentity, "trace_id"),
    ] {
        let simulator = start_with(source, [Fault::throttled("5")]);
        let reply = ask(&simulator).unwrap();
        assert_eq!((reply.status, reply.header("retry-after")), (429, "5"));
        assert!(reply.json().get(member).is_some(), "{source}");
    }
}

#[test]
fn a_delay_comes_before_the_answer() {
    let simulator = imds([Fault::pass().delay(Duration::from_millis(120))]);
    let started = Instant::now();
    assert_eq!(ask(&simulator).unwrap().status, 200);
    assert!(started.elapsed() >= Duration::from_millis(120));
    assert_eq!(simulator.requests()[0].fault, Some("delay_ms"));
}

#[test]
fn a_cut_connection_gives_no_answer() {
    for source in [SimulatedSource::Imds, SimulatedSource::ServiceFabric] {
        let simulator = start_with(source, [Fault::cut()]);
        ask(&simulator).unwrap_err();
        let record = &simulator.requests()[0];
        assert_eq!((record.status, record.fault), (None, Some("cut")));
    }
}

#[test]
fn a_truncated_body_is_shorter_than_announced() {
    let simulator = imds([Fault::truncated()]);
    let mut response = agent(&simulator).get(url(&simulator)).header("Metadata", "true").call().unwrap();
    let announced: u64 = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let mut received = Vec::new();
    let error = std::io::Read::read_to_end(&mut response.body_mut().as_reader(), &mut received).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert_eq!(received.len() as u64, announced / 2);
    assert!(received.starts_with(br#"{"access_token":"#));
}

#[test]
fn a_huge_body_has_the_bytes_that_were_asked_for() {
    let simulator = imds([Fault::huge(300_000)]);
    let reply = ask(&simulator).unwrap();
    assert_eq!((reply.status, reply.body.len(), reply.header("content-length")), (200, 300_000, "300000"));
}

#[test]
fn an_endless_body_goes_on_past_any_limit_and_does_not_stop_the_service() {
    let simulator = imds([Fault::endless()]);
    let mut response = agent(&simulator).get(url(&simulator)).header("Metadata", "true").call().unwrap();
    assert!(response.headers().get("content-length").is_none());
    let mut received = vec![0; 500_000];
    std::io::Read::read_exact(&mut response.body_mut().as_reader(), &mut received).unwrap();
    assert_eq!(ask(&simulator).unwrap().status, 200);
}

#[test]
fn a_page_is_not_json() {
    let simulator = imds([Fault::not_json()]);
    let reply = ask(&simulator).unwrap();
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/html"));
    assert!(serde_json::from_str::<serde_json::Value>(&reply.body).is_err());
}

#[test]
fn the_wrong_identity_is_echoed_on_arc() {
    let simulator = start_with(SimulatedSource::AzureArc, [Fault::pass(), Fault::wrong_identity()]);
    let url = url(&simulator) + "&client_id=" + AssignedIdentity::USER_CLIENT_ID;
    let challenge = get(&simulator, &url, &[("Metadata", "true")]).unwrap();
    let path = challenge.header("www-authenticate").strip_prefix("Basic realm=").unwrap();
    let authorization = format!("Basic {}", std::fs::read_to_string(path).unwrap());
    let reply = get(&simulator, &url, &[("Metadata", "true"), ("Authorization", &authorization)]).unwrap();
    let document = reply.json();
    assert_token(&simulator, &document, AssignedIdentity::USER_CLIENT_ID);
    assert_ne!(document["client_id"], AssignedIdentity::USER_CLIENT_ID);
    assert!(document["client_id"].is_string());
}

#[test]
fn redirects_and_challenges_are_sent_as_given() {
    let hostile = "Basic realm=/etc/passwd, Bearer realm=x";
    let simulator = imds([Fault::redirect("http://127.0.0.1:1/elsewhere"), Fault::challenge(hostile)]);
    let redirect = ask(&simulator).unwrap();
    assert_eq!((redirect.status, redirect.header("location")), (307, "http://127.0.0.1:1/elsewhere"));
    let challenge = ask(&simulator).unwrap();
    assert_eq!((challenge.status, challenge.header("www-authenticate")), (401, hostile));
}

#[test]
fn a_new_script_replaces_what_is_left_of_the_old_one() {
    let simulator = imds([Fault::gone().times(100)]);
    assert_eq!(ask(&simulator).unwrap().status, 410);
    simulator.set_faults(FaultScript::new().then(Fault::status(500))).unwrap();
    assert_eq!(ask(&simulator).unwrap().status, 500);
    assert_eq!(ask(&simulator).unwrap().status, 200);
}

#[test]
fn a_fault_that_http_cannot_carry_is_refused_at_once() {
    for fault in [
        Fault::status(99),
        Fault::status(600),
        Fault::status(200).header("bad name", "x"),
        Fault::status(200).header("x", "line\nbreak"),
        Fault::status(200).header("Content-Length", "5"),
        Fault::status(200).header("Transfer-Encoding", "chunked"),
        Fault::status(200).reason("line\nbreak"),
        Fault::throttled("\n"),
        Fault::redirect("\r\n"),
        Fault::challenge("\0"),
        Fault::pass().times(0),
    ] {
        let script = FaultScript::new().then(fault.clone());
        let started = Simulator::builder(SimulatedSource::Imds).faults(script.clone()).start();
        assert!(matches!(started, Err(SimulatorError::Fault(_))), "{fault:?}");
        let simulator = start(SimulatedSource::Imds);
        simulator.set_faults(script).unwrap_err();
        assert_eq!(ask(&simulator).unwrap().status, 200);
    }
}
