//! Checks every row of `src/transitions.md` with real states and inputs: what the documentation shows is what happens.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use managed_identity_core::{
    Acquire, AwaitFile, AwaitResponse, Error, FileError, FileErrorKind, HttpResponse, Identity, PolicyField,
    RetryPolicy, SourceKind, Step, TokenProxy, TokenRequest, TransportError, TransportErrorKind, UnixTime,
};
use support::{KEY_FOLDER, source};

const TABLE: &str = include_str!("../src/transitions.md");
const TOKEN: &str = r#"{"access_token":"token","expires_in":"3600","client_id":"id"}"#;
const UNSPREAD: &str = r#"{"error":"invalid_client","error_codes":[700213]}"#;
const PEM: &str = "-----BEGIN CERTIFICATE-----";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// What a row's input led to, from the state that the row names.
struct Seen {
    awaiting: &'static str,
    next: Step,
}

#[test]
fn every_row_is_what_happens() {
    let mut checks = checks();
    for line in TABLE.lines().skip(2) {
        let columns: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [row, awaiting, _, next] = columns[..] else { panic!("not four columns: {line}") };
        let row = row.trim_matches('`');
        let seen = checks.remove(row).unwrap_or_else(|| panic!("no check for the row {row}"));
        assert!(!seen.is_empty());
        for Seen { awaiting: from, next: step } in seen {
            assert_eq!(awaiting, from, "{row}");
            assert_eq!(next, shown(&step), "{row}: {step:?}");
        }
    }
    assert!(checks.is_empty(), "rows that are not in the table: {:?}", checks.keys());
}

/// A step as the table's last column shows it.
fn shown(step: &Step) -> &'static str {
    match step {
        Step::Http { call, .. } if call.request().header("authorization").is_some() => "`Http` with `Authorization`",
        Step::Http { call, .. } if call.request().body().contains("client_assertion=") => {
            "`Http` with `client_assertion`"
        }
        Step::Http { .. } => "`Http`",
        Step::ReadFile { .. } => "`ReadFile`",
        Step::Run { .. } => "`Run`",
        Step::Sign { .. } => "`Sign`",
        Step::Sleep { .. } => "`Sleep`",
        Step::Done(Ok(_)) => "`Done(Ok)`",
        Step::Done(Err(Error::Challenge { .. })) => "`Done(Err(Challenge))`",
        Step::Done(Err(Error::CredentialFile { .. })) => "`Done(Err(CredentialFile))`",
        Step::Done(Err(Error::Endpoint { .. })) => "`Done(Err(Endpoint))`",
        Step::Done(Err(Error::ForeignService { .. })) => "`Done(Err(ForeignService))`",
        Step::Done(Err(Error::InvalidResponse { .. })) => "`Done(Err(InvalidResponse))`",
        Step::Done(Err(Error::Transport { .. })) => "`Done(Err(Transport))`",
        Step::Done(Err(_)) => "an error that no row has",
    }
}

/// A check for each row.
fn checks() -> BTreeMap<&'static str, Vec<Seen>> {
    let acceptable = format!("Basic realm={KEY_FOLDER}/x.key");
    let (response, first, second) = ("response", "response, Azure Arc's first", "response, Azure Arc's second");
    let from =
        |awaiting, steps: Vec<Step>| -> Vec<Seen> { steps.into_iter().map(|next| Seen { awaiting, next }).collect() };
    let local = SourceKind::ALL.iter().copied().filter(|kind| *kind != SourceKind::WorkloadIdentity);
    let fails = |policy: RetryPolicy, kind| failed(imds(policy), kind);
    BTreeMap::from([
        ("start", from("start", local.map(|kind| begin(kind, RetryPolicy::of(kind))).collect())),
        (
            "start-federated",
            from("start", vec![begin(SourceKind::WorkloadIdentity, RetryPolicy::none()), by_token_proxy()]),
        ),
        (
            "start-without-time",
            from("start", vec![begin(SourceKind::Imds, budget(0)), begin(SourceKind::AzureArc, budget(0))]),
        ),
        ("token", from(response, vec![answered(imds(default()), 200, TOKEN), answered(with_key(), 202, TOKEN)])),
        ("no-token", from(response, ["", "[]", "{}"].map(|body| answered(imds(default()), 200, body)).into())),
        ("not-confirmed", from(response, vec![answered(with_key_as(client("other")), 200, TOKEN)])),
        (
            "not-asked-for",
            from(
                response,
                [r#""client_id":"other""#, r#""resource":"https://other""#]
                    .map(|member| format!(r#"{{"access_token":"token","expires_in":"3600",{member}}}"#))
                    .map(|body| answered(response_of(begin_as(SourceKind::Imds, default(), client("id"))), 200, &body))
                    .into(),
            ),
        ),
        (
            "foreign",
            from(
                "response, any",
                [imds(default()), response_of(arc()), with_key()]
                    .map(|then| then.resume(Ok(HttpResponse::new(503, "").with_header("server", b"EC2ws")), NOW))
                    .into(),
            ),
        ),
        ("challenge", from(first, vec![challenged(&acceptable)])),
        ("bad-challenge", from(first, ["Bearer realm=/x", "Basic", "Basic realm=/etc/x.key"].map(challenged).into())),
        ("unchallenged", from(first, [200, 204].map(|status| answered(response_of(arc()), status, TOKEN)).into())),
        ("fresh-challenge", from(second, vec![challenge_key(with_key(), &acceptable)])),
        (
            "bad-fresh-challenge",
            from(second, ["Basic", "Basic realm=/etc/x.key"].map(|it| challenge_key(with_key(), it)).into()),
        ),
        (
            "refused-key",
            from(
                second,
                vec![
                    answered(with_key(), 401, ""),
                    challenge_key(with_fresh_key(), &acceptable),
                    challenge_key(with_key_after_loss(), &acceptable),
                ],
            ),
        ),
        ("retry-status", from(response, [404, 410, 429, 500, 503].map(|it| answered(imds(default()), it, "")).into())),
        ("retry-federation", from(response, vec![answered(with_assertion(), 401, UNSPREAD)])),
        ("missing-identity", from(response, vec![answered(imds(default()), 404, r#"{"error":"identity_not_found"}"#)])),
        (
            "attempts-spent",
            from(
                response,
                vec![answered(imds(one_attempt()), 503, ""), answered(imds(default().fail_fast()), 410, "")],
            ),
        ),
        ("time-spent", from(response, vec![answered(imds(budget(500)), 503, "")])),
        ("status", from(response, [302, 400, 403, 600].map(|status| answered(imds(default()), status, "")).into())),
        ("retry-transport", from(response, TRANSIENT.map(|kind| fails(default(), kind)).into())),
        (
            "retry-start-up",
            from(
                response,
                [TransportErrorKind::Connect, TransportErrorKind::Timeout]
                    .map(|kind| fails(one_attempt(), kind))
                    .into(),
            ),
        ),
        (
            "transport-spent",
            from(
                response,
                TRANSIENT
                    .into_iter()
                    .flat_map(|kind| [fails(one_attempt().fail_fast(), kind), fails(budget(50), kind)])
                    .collect(),
            ),
        ),
        ("transport", from(response, FINAL.map(|kind| fails(default(), kind)).into())),
        (
            "too-large",
            from(response, [200, 503].map(|it| answered(imds(default()), it, &" ".repeat(64 * 1024 + 1))).into()),
        ),
        ("no-status", from(response, [0, 99, 1000].map(|status| answered(imds(default()), status, TOKEN)).into())),
        ("key", from("file, Azure Arc's key", ["key", "key\n"].map(|key| read(arc_key(), Ok(key.into()))).into())),
        ("assertion", from("file, federated token", vec![read(assertion(), Ok(b" token\n".to_vec()))])),
        ("proxy-ca", from("file, certificates of the token proxy", vec![read(proxy_ca(), Ok(PEM.into()))])),
        (
            "bad-file",
            from(
                "file",
                ["", "\n", "\u{e9}", "a\nb", &"k".repeat(70_000)]
                    .into_iter()
                    .flat_map(|text| [arc_key(), assertion(), proxy_ca()].map(|file| read(file, Ok(text.into()))))
                    .collect(),
            ),
        ),
        ("key-gone", from("file, Azure Arc's key", vec![lost(arc_key())])),
        (
            "file-error",
            from(
                "file",
                vec![
                    lost(assertion()),
                    lost(proxy_ca()),
                    lost(file_of(challenge(lost(arc_key()), &acceptable))),
                    read(arc_key(), Err(FileError::new(FileErrorKind::PermissionDenied, ""))),
                ],
            ),
        ),
        ("wake", from("wake", vec![woken(answered(imds(default()), 503, ""))])),
        ("wake-federated", from("wake", vec![woken(answered(with_assertion(), 503, ""))])),
    ])
}

const TRANSIENT: [TransportErrorKind; 3] =
    [TransportErrorKind::Broken, TransportErrorKind::Connect, TransportErrorKind::Timeout];

const FINAL: [TransportErrorKind; 5] = [
    TransportErrorKind::BodyTooLarge,
    TransportErrorKind::Certificate,
    TransportErrorKind::Denied,
    TransportErrorKind::Protocol,
    TransportErrorKind::Unsupported(PolicyField::Tls),
];

fn default() -> RetryPolicy {
    RetryPolicy::of(SourceKind::Imds)
}

fn budget(milliseconds: u64) -> RetryPolicy {
    let mut policy = default();
    policy.time_budget = Duration::from_millis(milliseconds);
    policy
}

/// The statuses of the default policy, and no attempt after the first.
fn one_attempt() -> RetryPolicy {
    let mut policy = default();
    policy.delays = Cow::Borrowed(&[]);
    policy
}

fn client(id: &str) -> Identity {
    Identity::ClientId(id.to_owned())
}

fn begin_as(kind: SourceKind, policy: RetryPolicy, identity: Identity) -> Step {
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap().with_identity(identity);
    Acquire::new(source(kind, "header"), request).unwrap().with_retry(policy).start(7, NOW)
}

fn begin(kind: SourceKind, policy: RetryPolicy) -> Step {
    begin_as(kind, policy, Identity::SystemAssigned)
}

fn imds(policy: RetryPolicy) -> AwaitResponse {
    response_of(begin(SourceKind::Imds, policy))
}

fn arc() -> Step {
    begin(SourceKind::AzureArc, RetryPolicy::of(SourceKind::AzureArc))
}

/// Azure Arc, waiting for the answer to the request with the key.
fn with_key() -> AwaitResponse {
    with_key_as(Identity::SystemAssigned)
}

fn with_key_as(identity: Identity) -> AwaitResponse {
    let step = begin_as(SourceKind::AzureArc, RetryPolicy::of(SourceKind::AzureArc), identity);
    response_of(read(file_of(challenge(step, &format!("Basic realm={KEY_FOLDER}/x.key"))), Ok(b"key".to_vec())))
}

/// The same with the key of a fresh challenge.
fn with_fresh_key() -> AwaitResponse {
    let challenge = challenge_key(with_key(), &format!("Basic realm={KEY_FOLDER}/y.key"));
    response_of(read(file_of(challenge), Ok(b"another key".to_vec())))
}

/// The same where the key that was named first was gone.
fn with_key_after_loss() -> AwaitResponse {
    let challenged = challenge(lost(arc_key()), &format!("Basic realm={KEY_FOLDER}/y.key"));
    response_of(read(file_of(challenged), Ok(b"key".to_vec())))
}

fn arc_key() -> AwaitFile {
    file_of(challenged(&format!("Basic realm={KEY_FOLDER}/x.key")))
}

fn assertion() -> AwaitFile {
    file_of(begin(SourceKind::WorkloadIdentity, RetryPolicy::none()))
}

fn with_assertion() -> AwaitResponse {
    let step = begin(SourceKind::WorkloadIdentity, RetryPolicy::of(SourceKind::WorkloadIdentity));
    response_of(read(file_of(step), Ok(b"token".to_vec())))
}

fn by_token_proxy() -> Step {
    let proxy = TokenProxy::new("https://127.0.0.1:1").unwrap().with_ca_file("/ca.crt").unwrap();
    let source = source(SourceKind::WorkloadIdentity, "").with_token_proxy(proxy).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    Acquire::new(source, request).unwrap().start(7, NOW)
}

fn proxy_ca() -> AwaitFile {
    file_of(by_token_proxy())
}

fn challenged(value: &str) -> Step {
    challenge(arc(), value)
}

fn challenge(step: Step, value: &str) -> Step {
    challenge_key(response_of(step), value)
}

fn challenge_key(then: AwaitResponse, value: &str) -> Step {
    let answer = HttpResponse::new(401, Vec::new()).with_header("www-authenticate", value.as_bytes());
    then.resume(Ok(answer), NOW)
}

fn answered(then: AwaitResponse, status: u16, body: &str) -> Step {
    then.resume(Ok(HttpResponse::new(status, body)), NOW)
}

fn failed(then: AwaitResponse, kind: TransportErrorKind) -> Step {
    then.resume(Err::<HttpResponse, _>(TransportError::new(kind, "")), NOW)
}

fn lost(then: AwaitFile) -> Step {
    read(then, Err(FileError::new(FileErrorKind::NotFound, "")))
}

fn read(then: AwaitFile, content: Result<Vec<u8>, FileError>) -> Step {
    then.resume(content)
}

fn woken(step: Step) -> Step {
    let Step::Sleep { then, .. } = step else { panic!("no wait: {step:?}") };
    then.resume()
}

fn response_of(step: Step) -> AwaitResponse {
    let Step::Http { then, .. } = step else { panic!("no request: {step:?}") };
    then
}

fn file_of(step: Step) -> AwaitFile {
    let Step::ReadFile { then, .. } = step else { panic!("no file: {step:?}") };
    then
}
