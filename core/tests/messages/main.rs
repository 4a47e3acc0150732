//! Everything that people read, compared with `messages.txt`: a change of a text is a change of that file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod advice;
mod canned;
mod detection;
#[path = "../support/mod.rs"]
mod support;

use std::borrow::Cow;
use std::fmt::Display;
use std::time::Duration;

use canned::Script;
use managed_identity_core::{
    ConfigError, Environment, Error, FileErrorKind, HttpMethod, HttpResponse, Identity, IdentityKind, PolicyField,
    RetryCause, RetryPolicy, SourceKind, TransportErrorKind, UnusableToken,
};
use support::KEY_FOLDER;

const PAGE: &str = "<html><title>Sign in</title></html>";
const COMMITTED: &str = include_str!("messages.txt");

#[test]
fn every_text_is_the_committed_one() {
    let mut texts = Vec::new();
    let mut section = |title: &str, lines: Vec<String>| {
        texts.push(format!("# {title}"));
        texts.extend(lines);
        texts.push(String::new());
    };
    section("Names", names());
    section("Configuration", configurations().iter().map(|error| error_line(&Error::from(error.clone()))).collect());
    section("Why a source applies", detection::reasons());
    section("Transports", transports());
    section("Files", files());
    section("Challenges", challenges());
    section("Answers without a token", answers());
    section("Tokens of no use", unusable());
    section("What to do about a status", statuses());
    section("Why it ended", ends());
    let texts = texts.join("\n");
    assert_eq!(texts, COMMITTED, "the texts are now:\n{texts}");
}

/// Who can mend it, whether it passes by itself, and what it says.
fn error_line(error: &Error) -> String {
    let passes = if error.is_transient() { ", transient" } else { "" };
    let waits = error.retry_after().map(|it| format!(", after {it:?}")).unwrap_or_default();
    format!("[{:?}{passes}{waits}] {}", error.fault(), error.explain())
}

fn unusable() -> Vec<String> {
    let reasons = [
        UnusableToken::ExpiredOnArrival { clock_ahead_by: None },
        UnusableToken::ExpiredOnArrival { clock_ahead_by: Some(Duration::from_secs(7200)) },
        UnusableToken::RejectedAgain,
        UnusableToken::RejectedTooSoon,
    ];
    let of =
        |error| Error::Unusable { error, source_kind: SourceKind::Imds, resource: "https://vault.azure.net".into() };
    reasons.into_iter().map(|reason| error_line(&of(reason))).collect()
}

fn names() -> Vec<String> {
    fn all<T: Display>(values: &[T]) -> String {
        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
    let identities =
        [IdentityKind::SystemAssigned, IdentityKind::ClientId, IdentityKind::ObjectId, IdentityKind::ResourceId];
    let environment =
        Environment::from_lookup(|name| name.starts_with("AZURE_KUBERNETES_").then(|| "a value".to_owned()));
    Vec::from([
        all(SourceKind::ALL),
        all(&SourceKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()),
        "IMDS".parse::<SourceKind>().unwrap_err().to_string(),
        all(&identities),
        all(&[HttpMethod::Get, HttpMethod::Post]),
        all(&[RetryCause::Status(503), RetryCause::Transport(TransportErrorKind::Broken)]),
        format!("{environment:?}"),
    ])
}

fn configurations() -> Vec<ConfigError> {
    let name = "IDENTITY_ENDPOINT";
    let mut errors = Vec::from([
        ConfigError::ConflictingVariables { name: "AZURE_KUBERNETES_CA_FILE", other: "AZURE_KUBERNETES_CA_DATA" },
        ConfigError::EmptyIdentifier { identity: IdentityKind::ClientId },
        ConfigError::EmptyResource,
        ConfigError::IdentifierOnSystemAssigned,
        ConfigError::IllegalCharacters { source_kind: None, name },
        ConfigError::IllegalCharacters { source_kind: Some(SourceKind::AppService), name },
        ConfigError::InsecureEndpoint { source_kind: Some(SourceKind::ServiceFabric), name },
        ConfigError::InvalidEndpoint { source_kind: Some(SourceKind::AppService), name, reason: "it has no host" },
        ConfigError::InvalidThumbprint,
        ConfigError::MissingVariable { source_kind: SourceKind::ServiceFabric, names: vec![name] },
        ConfigError::MissingVariable { source_kind: SourceKind::AppService, names: vec![name, "IDENTITY_HEADER"] },
        ConfigError::NoCertificate { name: "AZURE_KUBERNETES_CA_DATA" },
        ConfigError::NotUnicode { name },
        ConfigError::PointlessVariable { name: "AZURE_KUBERNETES_CA_FILE", needs: "AZURE_KUBERNETES_TOKEN_PROXY" },
        ConfigError::RelativePath { source_kind: SourceKind::AzureArc, name: "MANAGED_IDENTITY_KEY_DIRECTORY" },
        ConfigError::RemoteEndpoint { name },
        ConfigError::RequestTooLong,
        ConfigError::SeveralScopes,
        ConfigError::UnknownIdentityType { found: "clientid".to_owned() },
        ConfigError::UnsupportedPlatform { source_kind: SourceKind::AzureArc },
    ]);
    let identity = IdentityKind::ObjectId;
    errors
        .extend(SourceKind::ALL.iter().map(|&source_kind| ConfigError::UnsupportedIdentity { source_kind, identity }));
    errors
}

fn transports() -> Vec<String> {
    use TransportErrorKind::{BodyTooLarge, Broken, Certificate, Connect, Denied, Protocol, Timeout, Unsupported};
    let plain = [BodyTooLarge, Broken, Certificate, Connect, Denied, Protocol, Timeout];
    let promises = [
        PolicyField::CertificatePin,
        PolicyField::TrustAnchors,
        PolicyField::Tls,
        PolicyField::NoProxy,
        PolicyField::NoRedirect,
        PolicyField::MaxBody,
        PolicyField::TimeLimit,
    ];
    let mut lines = Vec::from([String::from("with details:")]);
    lines.push(error_line(&Script::of(SourceKind::Imds).broken(Connect, "connection refused").error()));
    lines.push(String::from("on each kind of address:"));
    for kind in SourceKind::ALL {
        lines.push(error_line(&Script::of(*kind).broken(Connect, "").error()));
    }
    lines.push(String::from("a certificate other than the pinned one:"));
    lines.push(error_line(&Script::of(SourceKind::ServiceFabric).broken(Certificate, "").error()));
    lines.push(String::from("every kind:"));
    for kind in plain.into_iter().chain(promises.map(Unsupported)) {
        lines.push(error_line(&Script::of(SourceKind::Imds).broken(kind, "").error()));
    }
    lines.extend(promises.map(|field| field.to_string()));
    lines
}

fn files() -> Vec<String> {
    let kinds = [
        FileErrorKind::Denied,
        FileErrorKind::Empty,
        FileErrorKind::FolderIsLink,
        FileErrorKind::IllegalContent,
        FileErrorKind::NotFound,
        FileErrorKind::NotRegular,
        FileErrorKind::OutsideDirectory,
        FileErrorKind::PermissionDenied,
        FileErrorKind::TooLarge,
        FileErrorKind::Unreadable,
    ];
    let illegal_key = error_line(&answered_arc().holding("a b\n c").error());
    let illegal_token = error_line(&Script::of(SourceKind::WorkloadIdentity).holding("a b\n c").error());
    // A key that is gone is asked for once more.
    let twice = || answered_arc().challenged(&[&format!("Basic realm={KEY_FOLDER}/y.key")]);
    let arc = kinds.map(|kind| error_line(&twice().unreadable(kind, "").error()));
    let federated =
        kinds.map(|kind| error_line(&Script::of(SourceKind::WorkloadIdentity).unreadable(kind, "").error()));
    let proxy = Script::by_token_proxy().unreadable(FileErrorKind::NotFound, "").error();
    let detailed = answered_arc().unreadable(FileErrorKind::Unreadable, "input/output error").error();
    let illegal = [illegal_key, illegal_token];
    arc.into_iter().chain(federated).chain([error_line(&proxy), error_line(&detailed)]).chain(illegal).collect()
}

fn challenges() -> Vec<String> {
    let outside = "Basic realm=/etc/shadow.key";
    let rows: [&[&str]; 6] = [&[], &[outside, outside], &["Bearer"], &["Basic"], &["Basic realm="], &[outside]];
    let mut lines: Vec<String> = rows.iter().map(|row| error_line(&arc().challenged(row).error())).collect();
    lines.push(error_line(&arc().answered(200, "{}").error()));
    lines.push(error_line(&arc().answered(200, PAGE).error()));
    lines.push(error_line(&arc().answered(401, "who are you").error()));
    lines
}

fn answers() -> Vec<String> {
    let mut lines: Vec<String> =
        ["", "{}", r#"{"access_token":""}"#, r#"{"access_token":"t"}"#, r#"{"access_token":"t","expires_in":"x"}"#]
            .iter()
            .map(|body| error_line(&Script::of(SourceKind::Imds).answered(200, body).error()))
            .collect();
    let on_imds = |response: HttpResponse| error_line(&Script::of(SourceKind::Imds).then(response).error());
    let text = |text: &str| HttpResponse::new(200, text).with_header("content-type", b"text/plain");
    lines.extend([
        on_imds(HttpResponse::new(200, PAGE)),
        on_imds(HttpResponse::new(200, "<html></html>")),
        on_imds(text("please sign in")),
        on_imds(text("opaque")),
        on_imds(HttpResponse::new(200, "{\"access_token\":")),
        on_imds(HttpResponse::new(200, "PNG").with_header("content-type", b"image/png")),
        on_imds(HttpResponse::new(200, r#"{"error":"invalid_request","error_description":"no such thing"}"#)),
    ]);
    for token in ["a b", "a\\nb", "a\\u0007b", "\u{e9}"] {
        lines.push(on_imds(HttpResponse::new(200, format!(r#"{{"access_token":"{token}","expires_in":60}}"#))));
    }
    lines.push(on_imds(HttpResponse::new(
        200,
        r#"{"access_token":"token","expires_in":60,"resource":"https://another"}"#,
    )));
    let other = Script::of(SourceKind::AppService)
        .with_identity(Identity::ClientId("asked-for".to_owned()))
        .answered(200, r#"{"access_token":"token","expires_in":60,"client_id":"another"}"#);
    lines.push(error_line(&other.error()));
    let other = answered_arc()
        .with_identity(Identity::ClientId("asked-for".to_owned()))
        .answered(200, r#"{"access_token":"token","expires_in":60,"client_id":"another"}"#);
    lines.push(error_line(&other.error()));
    lines.push(error_line(&Script::of(SourceKind::Imds).answered(302, "").error()));
    let told = r#"{"error":"invalid_resource","error_description":"no such resource","correlation_id":"id"}"#;
    lines.push(error_line(&Script::of(SourceKind::Imds).answered(400, told).error()));
    lines.push(on_imds(HttpResponse::new(502, PAGE).with_header("x-ms-request-id", b"id")));
    lines.push(on_imds(HttpResponse::new(403, "").with_reason("Blocked by the guard of this network")));
    lines.push(on_imds(HttpResponse::new(404, "identity for pod demo not assigned after 20 tries")));
    let missing = r#"{"error":{"code":"ManagedIdentityNotFound","message":"there is none"}}"#;
    lines.extend(SourceKind::ALL.iter().map(|kind| {
        let script = if *kind == SourceKind::AzureArc { answered_arc() } else { Script::of(*kind) };
        error_line(&script.answered(404, missing).error())
    }));
    let unspread =
        r#"{"error":"invalid_client","error_description":"AADSTS700213: no matching record","error_codes":[700213]}"#;
    lines.push(error_line(&Script::of(SourceKind::WorkloadIdentity).answered(401, unspread).error()));
    lines.push(on_imds(HttpResponse::new(404, PAGE).with_header("server", b"EC2ws")));
    lines.push(on_imds(HttpResponse::new(404, "").with_header("metadata-flavor", b"Google")));
    lines.push(on_imds(HttpResponse::new(403, "a socket operation was attempted to an unreachable network")));
    lines
}

fn statuses() -> Vec<String> {
    let mut lines = Vec::new();
    for kind in SourceKind::ALL {
        for status in [307, 400, 401, 403, 404, 408, 410, 429, 500, 599] {
            let script = match kind {
                SourceKind::AzureArc => answered_arc(),
                _ => Script::of(*kind),
            };
            let error = script.answered(status, "").error();
            let passes = if error.is_transient() { ", transient" } else { "" };
            lines.push(format!("{} {status}{passes}: {}", kind.as_str(), error.next_step()));
        }
    }
    lines
}

fn ends() -> Vec<String> {
    let twice = || Script::of(SourceKind::Imds).answered(500, "").answered(500, "");
    let mut policy = RetryPolicy::of(SourceKind::Imds);
    policy.delays = Cow::Owned(vec![Duration::from_secs(1)]);
    let minute = Duration::from_secs(60);
    let waits = HttpResponse::new(503, Vec::new()).with_header("retry-after", b"120");
    Vec::from([
        error_line(&twice().error()),
        error_line(&twice().with_retry(policy.clone(), minute).error()),
        error_line(&twice().with_retry(policy.clone(), Duration::ZERO).error()),
        error_line(&Script::of(SourceKind::Imds).with_retry(policy, minute).then(waits).error()),
    ])
}

fn arc() -> Script {
    Script::of(SourceKind::AzureArc)
}

/// Azure Arc up to the key file.
fn answered_arc() -> Script {
    arc().challenged(&[&format!("Basic realm={KEY_FOLDER}/x.key")])
}
