//! What a chain of credentials holds is wiped when it is dropped, and leaves no copy behind on the way.

use std::process::Command;
use std::sync::atomic::AtomicBool;

use managed_identity_core::{
    AcquireFromChain, Chain, ChainOptions, CommandOutput, CommandRequest, CredentialKind, Environment, HostFacts,
    HttpResponse, Platform, Signed, Step, TokenRequest,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::flows::{NOW, RESOURCE};
use crate::memory::{Hidden, assert_wiped};

fn begin(kind: CredentialKind, environment: &Environment) -> Step {
    let options = ChainOptions::default().only([kind]);
    let chain = Chain::of(environment, HostFacts::of(Platform::Linux), &options).unwrap();
    AcquireFromChain::new(chain, TokenRequest::for_resource(RESOURCE).unwrap()).start(1, NOW)
}

/// `az account get-access-token`, and what takes its output.
fn ask_az() -> (CommandRequest, managed_identity_core::AwaitOutput) {
    match begin(CredentialKind::AzureCli, &Environment::from_lookup(|_| None)) {
        Step::Run { command, then } => (*command, then),
        other => panic!("no command: {other:?}"),
    }
}

fn written(token: &Hidden) -> Vec<u8> {
    token.within(r#"{"accessToken":""#, r#"","expires_on":1800000000}"#).into_bytes()
}

#[test]
fn the_secret_of_a_service_principal() {
    let secret = Hidden::new();
    let environment = |secret: &Hidden| {
        Environment::from_lookup(|name| match name {
            "AZURE_TENANT_ID" | "AZURE_CLIENT_ID" => Some("id".to_owned()),
            "AZURE_CLIENT_SECRET" => Some(secret.reveal()),
            _ => None,
        })
    };
    assert_wiped(&[&secret], || {
        let environment = environment(&secret);
        let Step::Http { call, then } = begin(CredentialKind::Environment, &environment) else { panic!("no request") };
        let refused =
            HttpResponse::new(401, secret.within(r#"{"error":"invalid_client","error_description":""#, "\"}"));
        let Step::Done(outcome) = then.resume(Ok(refused), NOW) else { panic!("not the end") };
        assert!(outcome.is_err());
        (call, environment, outcome)
    });
}

/// An environment with these variables, of which one is secret.
fn environment(plain: &[(&str, &str)], secret: (&str, &Hidden)) -> Environment {
    let environment = Environment::default().with_variable(secret.0, secret.1.reveal());
    plain.iter().fold(environment, |it, (name, value)| it.with_variable(name, *value))
}

#[test]
fn the_certificate_of_a_service_principal() {
    let (key, password, signature) = (Hidden::new(), Hidden::new(), Hidden::new());
    let plain = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_CERTIFICATE_PATH", "/c")];
    assert_wiped(&[&key, &password], || {
        let environment = environment(&plain, ("AZURE_CLIENT_CERTIFICATE_PASSWORD", &password));
        let Step::ReadFile { then, .. } = begin(CredentialKind::Environment, &environment) else { panic!("no file") };
        let Step::Sign { what, then } = then.resume(Ok(key.reveal().into_bytes())) else { panic!("no signature") };
        let input = what.signing_input(&[b"leaf"]).unwrap();
        let Step::Http { call, then } = then.resume(Ok(Signed::new(input, b"signature".to_vec()))) else {
            panic!("no request")
        };
        (environment, what, call, then)
    });
    assert_wiped(&[&signature], || Signed::new("input".to_owned(), signature.reveal().into_bytes()));
}

#[test]
fn the_tokens_of_a_job() {
    let (token, assertion) = (Hidden::new(), Hidden::new());
    let plain = [
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_CLIENT_ID", "c"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://127.0.0.1/oidc"),
    ];
    assert_wiped(&[&token, &assertion], || {
        let environment = environment(&plain, ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &token));
        let Step::Http { call, then } = begin(CredentialKind::GitHubActions, &environment) else {
            panic!("no request")
        };
        let told = HttpResponse::new(200, assertion.within(r#"{"value":""#, "\"}").into_bytes());
        let Step::Http { call: exchange, then } = then.resume(Ok(told), NOW) else { panic!("no exchange") };
        let refused =
            HttpResponse::new(400, assertion.within(r#"{"error":"invalid_request","error_description":""#, "\"}"));
        let Step::Done(outcome) = then.resume(Ok(refused), NOW) else { panic!("not the end") };
        assert!(outcome.is_err());
        (environment, call, exchange, outcome)
    });
}

#[test]
fn what_a_developer_tool_writes() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || {
        let (_, then) = ask_az();
        let output = CommandOutput::new(Some(0), written(&secret), written(&secret));
        let Step::Done(outcome) = then.resume(Ok(output), NOW) else { panic!("not the end") };
        outcome.unwrap()
    });
}

#[test]
fn what_a_real_program_writes() {
    let (secret, folder) = (Hidden::new(), TempDir::new().unwrap());
    std::fs::write(folder.path().join("answer"), Zeroizing::new(written(&secret))).unwrap();
    // By another process: see the tests of `managed-identity-fs`.
    let make = "printf '#!/bin/sh\ncat \"%s/answer\"\n' \"$1\" > \"$1/az\" && chmod 755 \"$1/az\"";
    assert!(Command::new("sh").args(["-c", make, "sh"]).arg(folder.path()).status().unwrap().success());
    assert_wiped(&[&secret], || {
        let (command, then) = ask_az();
        let output = managed_identity_fs::run(&command, folder.path().as_os_str(), &AtomicBool::new(false));
        let Step::Done(outcome) = then.resume(output, NOW) else { panic!("not the end") };
        outcome.unwrap()
    });
}
