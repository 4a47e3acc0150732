//! What an environment says, and what it leaves unsaid.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_core::{
    Acquire, AgentFile, ConfigError, DetectionOptions, Environment, HostFacts, Platform, Source, SourceKind, Step,
    TokenRequest, Trust, UnixTime, Variable, detect,
};

const LINUX: HostFacts = HostFacts::of(Platform::Linux);
const CA: &str = "-----BEGIN CERTIFICATE-----";

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().fold(Environment::default(), |all, (name, value)| all.with_variable(name, *value))
}

fn named(kind: SourceKind, variables: &[(&str, &str)]) -> Source {
    Source::named(kind, &environment(variables), LINUX, DetectionOptions::default()).unwrap()
}

#[test]
fn a_variable_that_is_no_text_is_refused_by_its_name() {
    let environment = Environment::from_variables(|name| match name {
        "IDENTITY_HEADER" => Variable::NotUnicode,
        _ => Variable::Unset,
    });
    let error = ConfigError::NotUnicode { name: "IDENTITY_HEADER" };
    assert_eq!(environment.identity().unwrap_err(), error);
    assert_eq!(detect(&environment, LINUX, DetectionOptions::default()).unwrap_err(), error);
    let named = Source::named(SourceKind::Imds, &environment, LINUX, DetectionOptions::default());
    assert_eq!(named.unwrap_err(), error);
    assert_eq!(environment.names().collect::<Vec<_>>(), ["IDENTITY_HEADER"]);
}

#[test]
fn the_usual_address_is_proven_only_where_it_is_set() {
    let usual = ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://169.254.169.254");
    assert!(!named(SourceKind::Imds, &[]).is_proven());
    assert!(named(SourceKind::Imds, &[usual]).is_proven());
}

#[test]
fn there_is_nothing_to_note_where_nothing_points_elsewhere() {
    let notes = |variables: &[(&str, &str)], facts: HostFacts| {
        detect(&environment(variables), facts, DetectionOptions::default()).unwrap().source.notes().len()
    };
    let id = ("AZURE_CLIENT_ID", "id");
    assert_eq!(notes(&[], LINUX), 0);
    assert_eq!(notes(&[id], LINUX), 1, "IMDS would take it from the request");
    assert_eq!(notes(&[id, ("MSI_ENDPOINT", "http://127.0.0.1:1/token")], LINUX), 0, "Cloud Shell has one identity");
    assert_eq!(notes(&[], LINUX.with_arc_agent(AgentFile::NotPermitted)), 1);
    assert_eq!([true, false].map(AgentFile::from), [AgentFile::Present, AgentFile::Absent]);
}

#[test]
fn what_is_read_for_a_workload_has_its_limits() {
    let variables = [
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_CLIENT_ID", "client"),
        ("AZURE_FEDERATED_TOKEN_FILE", "/token"),
        ("AZURE_KUBERNETES_TOKEN_PROXY", "https://127.0.0.1:1"),
        ("AZURE_KUBERNETES_CA_FILE", "/ca"),
    ];
    let source = named(SourceKind::WorkloadIdentity, &variables);
    let nobody = Trust::Anchors { pem: Some("".into()), server_name: None };
    assert_eq!(source.grants().trust, nobody, "nobody is trusted before the file was read");
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let step = Acquire::new(source, request).unwrap().start(1, UnixTime::from_secs(1_700_000_000));
    let Step::ReadFile { file, then } = step else { panic!("{step:?}") };
    assert_eq!((file.path.as_str(), file.max_len), ("/ca", 1_048_576));
    let step = then.resume(Ok(CA.into()));
    let Step::ReadFile { file, .. } = step else { panic!("{step:?}") };
    assert_eq!((file.path.as_str(), file.max_len), ("/token", 65_536));
}
