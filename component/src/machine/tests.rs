//! The world `machine`, stepped as a host steps it.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::interface::{Answer, Guest as _, GuestAcquisition as _, Step};
use super::{Acquisition, Machine, types};

const NOW: u64 = 1_700_000_000_000;

fn request() -> types::TokenRequest {
    types::TokenRequest {
        target: types::Target::Resource("https://vault.azure.net".to_owned()),
        identity: types::Identity::SystemAssigned,
        options: None,
    }
}

fn variable(name: &str, value: &str) -> types::Variable {
    types::Variable { name: name.to_owned(), value: value.to_owned() }
}

fn on_linux(environment: Vec<types::Variable>, request: types::TokenRequest) -> Acquisition {
    let facts = types::HostFacts { platform: types::Platform::Linux, arc_agent: types::AgentFile::Absent };
    Acquisition::new(environment, facts, request, 7, NOW)
}

fn arc() -> Acquisition {
    let endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
    let imds = variable("IMDS_ENDPOINT", "http://127.0.0.1:40342");
    on_linux(vec![variable("IDENTITY_ENDPOINT", endpoint), imds], request())
}

fn http(status: u16, header: Option<(&str, &str)>, body: &str) -> Answer {
    let headers = header.map(|(name, value)| types::Header { name: name.to_owned(), value: value.to_owned() });
    let headers = headers.into_iter().collect();
    Answer::Http(Ok(types::HttpResponse { status, headers, body: body.as_bytes().to_vec() }))
}

fn failure(acquisition: &Acquisition) -> types::Error {
    match acquisition.next() {
        Step::Failed(error) => error,
        step => panic!("{step:?}"),
    }
}

#[test]
fn azure_arc_is_stepped_to_a_token() {
    let acquisition = arc();
    let Step::Http(first) = acquisition.next() else { panic!("no request") };
    assert!(first.url.starts_with("http://127.0.0.1:40342/metadata/identity/oauth2/token?"), "{}", first.url);
    assert!(first.headers.iter().any(|it| it.name == "metadata" && it.value == "true"));
    let Step::Http(again) = acquisition.next() else { panic!("the step changed by itself") };
    assert_eq!(first.url, again.url);

    let challenge = "Basic realm=/var/opt/azcmagent/tokens/1.key";
    acquisition.resume(http(401, Some(("WWW-Authenticate", challenge)), ""), NOW);
    let Step::ReadFile(file) = acquisition.next() else { panic!("no file") };
    assert_eq!((file.path.as_str(), file.max_length), ("/var/opt/azcmagent/tokens/1.key", 4096));
    assert_eq!((file.directory.as_deref(), file.follow_links), (Some("/var/opt/azcmagent/tokens"), false));

    acquisition.resume(Answer::File(Ok(b"the key".to_vec())), NOW);
    let Step::Http(second) = acquisition.next() else { panic!("no second request") };
    assert!(second.headers.iter().any(|it| it.name == "authorization" && it.value == "Basic the key"));

    acquisition.resume(http(200, None, r#"{"access_token":"eyJ","expires_in":3600}"#), NOW + 500);
    let Step::Done(token) = acquisition.next() else { panic!("no token") };
    assert_eq!((token.access_token.as_str(), token.source.as_str()), ("eyJ", "azure-arc"));
    assert_eq!(token.expires_on, NOW / 1000 + 3600);
    acquisition.resume(Answer::Awake, NOW);
    assert!(matches!(acquisition.next(), Step::Done(_)), "the end stays the end");
}

#[test]
fn an_answer_to_another_step_ends_it() {
    for answer in [Answer::Awake, Answer::File(Ok(Vec::new())), Answer::Other("?".to_owned())] {
        let acquisition = arc();
        acquisition.resume(answer, NOW);
        let error = failure(&acquisition);
        assert!(matches!(error.reason, types::ErrorReason::Other(_)), "{error:?}");
        acquisition.resume(http(200, None, ""), NOW);
        assert_eq!(failure(&acquisition).message, error.message);
    }
}

#[test]
fn a_denial_tells_what_was_denied() {
    let acquisition = on_linux(vec![variable("MSI_ENDPOINT", "http://localhost:1/token?x=y")], request());
    let kind = types::HttpFailureKind::Denied;
    acquisition.resume(Answer::Http(Err(types::HttpFailure { kind, detail: "not allowed".to_owned() })), NOW);
    let error = failure(&acquisition);
    let types::ErrorReason::Denied(types::Denial::Call(endpoint)) = error.reason else { panic!("{error:?}") };
    assert_eq!(endpoint, "http://localhost:1/token");

    let acquisition = arc();
    let challenge = "Basic realm=/var/opt/azcmagent/tokens/1.key";
    acquisition.resume(http(401, Some(("www-authenticate", challenge)), ""), NOW);
    let problem = types::FileProblem::Denied;
    acquisition.resume(Answer::File(Err(types::FileFailure { problem, detail: String::new() })), NOW);
    let error = failure(&acquisition);
    let types::ErrorReason::Denied(types::Denial::File(path)) = error.reason else { panic!("{error:?}") };
    assert_eq!(path, "/var/opt/azcmagent/tokens/1.key");
}

#[test]
fn a_pin_is_handed_to_the_host_and_its_refusal_comes_back() {
    let thumbprint = "0123456789abcdef0123456789ABCDEF01234567";
    let acquisition = on_linux(
        vec![
            variable("IDENTITY_ENDPOINT", "https://localhost:2377/token"),
            variable("IDENTITY_HEADER", "secret"),
            variable("IDENTITY_SERVER_THUMBPRINT", thumbprint),
        ],
        request(),
    );
    let Step::Http(call) = acquisition.next() else { panic!("no request") };
    let types::Trust::Leaf(pin) = call.trust else { panic!("{:?}", call.trust) };
    assert_eq!(pin, thumbprint.to_lowercase());
    let kind = types::HttpFailureKind::Unsupported(types::PolicyField::CertificatePin);
    acquisition.resume(Answer::Http(Err(types::HttpFailure { kind, detail: String::new() })), NOW);
    let error = failure(&acquisition);
    assert!(matches!(error.reason, types::ErrorReason::Unsupported(types::PolicyField::CertificatePin)), "{error:?}");
}

#[test]
fn a_token_proxy_is_handed_to_the_host_and_its_refusal_comes_back() {
    let acquisition = on_linux(
        vec![
            variable("AZURE_TENANT_ID", "tenant"),
            variable("AZURE_CLIENT_ID", "client"),
            variable("AZURE_FEDERATED_TOKEN_FILE", "/token"),
            variable("AZURE_KUBERNETES_TOKEN_PROXY", "https://10.0.0.1:8443"),
            variable("AZURE_KUBERNETES_CA_FILE", "/ca.crt"),
        ],
        request(),
    );
    for (purpose, content) in [
        (types::FilePurpose::TokenProxyCa, "-----BEGIN CERTIFICATE-----"),
        (types::FilePurpose::FederatedToken, "assertion"),
    ] {
        let Step::ReadFile(file) = acquisition.next() else { panic!("no file") };
        assert_eq!((file.purpose, file.follow_links), (purpose, true));
        acquisition.resume(Answer::File(Ok(content.into())), NOW);
    }
    let Step::Http(call) = acquisition.next() else { panic!("no request") };
    assert_eq!(call.url, "https://10.0.0.1:8443/tenant/oauth2/v2.0/token");
    assert!(matches!(&call.trust, types::Trust::Other(name) if name == "trust-anchors"), "{:?}", call.trust);
    let kind = types::HttpFailureKind::Unsupported(types::PolicyField::TrustAnchors);
    acquisition.resume(Answer::Http(Err(types::HttpFailure { kind, detail: String::new() })), NOW);
    let error = failure(&acquisition);
    assert!(matches!(error.reason, types::ErrorReason::Unsupported(types::PolicyField::TrustAnchors)), "{error:?}");
}

#[test]
fn limits_hold_even_when_the_host_ignores_them() {
    let acquisition = on_linux(Vec::new(), request());
    let Step::Http(call) = acquisition.next() else { panic!("no request") };
    let body = " ".repeat(usize::try_from(call.max_body).unwrap() + 1);
    acquisition.resume(http(200, None, &body), NOW);
    let error = failure(&acquisition);
    let types::ErrorReason::Unavailable(types::TransportFailure::BodyTooLarge) = error.reason else {
        panic!("{error:?}")
    };

    let acquisition = arc();
    let challenge = "Basic realm=/var/opt/azcmagent/tokens/1.key";
    acquisition.resume(http(401, Some(("www-authenticate", challenge)), ""), NOW);
    acquisition.resume(Answer::File(Ok(vec![b'k'; 4097])), NOW);
    let error = failure(&acquisition);
    let types::ErrorReason::CredentialFile(file) = error.reason else { panic!("{error:?}") };
    assert_eq!(file.problem, types::FileProblem::TooLarge);
}

#[test]
fn what_cannot_be_asked_for_is_a_configuration_error() {
    let unknown = types::Identity::Other("a-new-kind".to_owned());
    let error = failure(&on_linux(Vec::new(), types::TokenRequest { identity: unknown, ..request() }));
    let types::ErrorReason::Configuration(problem) = error.reason else { panic!("{error:?}") };
    assert_eq!(problem, types::ConfigurationProblem::UnknownIdentityType);
    assert_eq!(error.fault, types::Fault::Caller);

    let scopes = types::Target::Scope("https://a/.default https://b/.default".to_owned());
    let error = failure(&on_linux(Vec::new(), types::TokenRequest { target: scopes, ..request() }));
    let types::ErrorReason::Configuration(problem) = error.reason else { panic!("{error:?}") };
    assert_eq!(problem, types::ConfigurationProblem::SeveralScopes);
}

#[test]
fn the_source_can_be_asked_for_before_anything_is_sent() {
    let facts = || types::HostFacts { platform: types::Platform::Linux, arc_agent: types::AgentFile::Absent };
    let found = Machine::detect(vec![variable("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token")], facts()).unwrap();
    assert_eq!((found.source.as_str(), found.reason.as_str()), ("imds", "no other source applies"));
    assert!(found.notes.iter().any(|note| note.contains("IDENTITY_HEADER")), "{:?}", found.notes);
    let app_service = found.ruled_out.iter().find(|it| it.source == "app-service").unwrap();
    assert_eq!(app_service.reason, "IDENTITY_HEADER is not set");

    let broken = vec![variable("IDENTITY_ENDPOINT", "not a url"), variable("IDENTITY_HEADER", "h")];
    let error = Machine::detect(broken, facts()).unwrap_err();
    assert_eq!(error.source.as_deref(), Some("app-service"));
    assert!(matches!(error.reason, types::ErrorReason::Configuration(_)), "{error:?}");
}

#[test]
fn the_variables_that_matter_are_named() {
    assert!(Machine::environment_names().iter().any(|name| name == "IDENTITY_ENDPOINT"));
}
