//! Situations that people met, and the advice they get: each row was once sent the wrong way.

use managed_identity_core::{
    AgentFile, DetectionOptions, Environment, Error, FileErrorKind, HostFacts, Identity, Platform, SourceKind,
    TransportErrorKind, detect,
};

use crate::canned::Script;
use crate::{answered_arc, arc};

/// What happened, the error, the words that the advice must have, and those that sent people the wrong way.
type Row = (&'static str, Error, &'static [&'static str], &'static [&'static str]);

#[test]
fn every_situation_has_its_advice() {
    for (situation, error, wanted, misleading) in rows() {
        let text = error.explain().to_string();
        for words in wanted {
            assert!(text.contains(words), "{situation}: no {words:?} in: {text}");
        }
        for words in misleading {
            assert!(!text.contains(words), "{situation}: {words:?} in: {text}");
        }
    }
}

fn rows() -> Vec<Row> {
    const GUID: &str = "11111111-2222-4333-8444-555555555555";
    let imds = || Script::of(SourceKind::Imds);
    let federated = |description: &str| {
        let body = format!(r#"{{"error":"invalid_request","error_description":"{description}"}}"#);
        Script::of(SourceKind::WorkloadIdentity).answered(400, &body).error()
    };
    let refused = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    let misnamed = || imds().with_identity(Identity::client_id("my-identity"));
    let as_client = |id: &str| imds().with_identity(Identity::client_id(id)).answered(400, refused).error();
    let spelling = &["resource's spelling"][..];
    vec![
        (
            "another program listens on port 40342",
            arc().answered(404, "").error(),
            &["which program listens"],
            spelling,
        ),
        ("the agent is being updated", answered_arc().answered(410, "").error(), &["wait a minute", "agent"], spelling),
        ("a person asked too often", imds().answered(429, "").error(), &["a script keeps the token"], &[]),
        (
            "the tenant does not know the resource",
            federated("AADSTS500011: The resource principal named api://x was not found in the tenant."),
            &["resource's spelling", "tenant"],
            &["client id"],
        ),
        (
            "the assertion is not valid now",
            federated("AADSTS700024: Client assertion is not within its valid time range."),
            &["clock", "token file is renewed"],
            &["client id"],
        ),
        ("a client id that is no GUID", as_client("my-identity"), &["is not a GUID", "correct the identifier"], &[]),
        ("a client id of the right form", as_client(GUID), &["assigned to this VM"], &["GUID"]),
        (
            "a resource that is refused, to a client id that is no GUID",
            misnamed().answered(400, r#"{"error":"invalid_resource"}"#).error(),
            &[],
            &["correct the identifier"],
        ),
        (
            "no time for a client id that is no GUID",
            misnamed().answered(429, "").error(),
            &[],
            &["correct the identifier"],
        ),
        (
            "a redirect for a client id that is no GUID",
            misnamed().answered(302, "").error(),
            &[],
            &["correct the identifier"],
        ),
        (
            "another reason than the client id that is no GUID",
            misnamed().answered(400, r#"{"error_description":"AADSTS500011: no such resource"}"#).error(),
            spelling,
            &["correct the identifier"],
        ),
        (
            "the administrator moved the tokens folder",
            answered_arc().unreadable(FileErrorKind::FolderIsLink, "").error(),
            &["--key-directory", "MANAGED_IDENTITY_KEY_DIRECTORY"],
            &["do not trust"],
        ),
        (
            "the disk of the tokens folder fails",
            answered_arc().unreadable(FileErrorKind::Unreadable, "").error(),
            &["try again", "disk"],
            &["do not trust"],
        ),
        (
            "a service runs without the group",
            answered_arc().unreadable(FileErrorKind::PermissionDenied, "").error(),
            &["himds", "restart what runs this program", "service", "container"],
            &["sign in again"],
        ),
        (
            "a shell on a server of Azure Arc",
            imds().broken(TransportErrorKind::Connect, "").error(),
            &["Azure Arc", "IDENTITY_ENDPOINT and IMDS_ENDPOINT"],
            &[],
        ),
        (
            "half of workload identity",
            found(&[("AZURE_TENANT_ID", GUID), ("AZURE_CLIENT_ID", GUID)], AgentFile::Absent),
            &["AZURE_TENANT_ID and AZURE_CLIENT_ID are set", "needs AZURE_FEDERATED_TOKEN_FILE", "set what is missing"],
            &["firewall"],
        ),
        (
            "an agent's folder that may not be looked into",
            found(&[], AgentFile::NotPermitted),
            &["may not look", "let this user look"],
            &["firewall"],
        ),
        (
            "an identity in AZURE_CLIENT_ID",
            found(&[("AZURE_CLIENT_ID", GUID)], AgentFile::Absent),
            &["AZURE_CLIENT_ID is set and was not used", "--identity-from-env", "identity_from_env"],
            &["AZURE_FEDERATED_TOKEN_FILE"],
        ),
    ]
}

/// The error where this is all that is found, and nothing answers at the address that is left.
fn found(variables: &[(&str, &str)], agent: AgentFile) -> Error {
    let value = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    let facts = HostFacts::of(Platform::Linux).with_arc_agent(agent);
    let detected = detect(&Environment::from_lookup(value), facts, DetectionOptions::default()).unwrap();
    Script::from_source(detected.source).broken(TransportErrorKind::Connect, "").error()
}
