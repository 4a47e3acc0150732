//! What the public values tell of themselves, and how they show.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, Body, CacheKey, CommandError, CommandErrorKind, CommandOutput, ConfigError, DetectionOptions,
    Environment, Error, FileError, FileErrorKind, FilePurpose, HostFacts, HttpMethod, Identity, Lookup, Platform,
    RefreshPolicy, Route, Secret, SignError, SignErrorKind, Signed, Source, SourceKind, Step, TokenCache, TokenDigest,
    TokenIdentity, TokenProxy, TokenRequest, TransportError, TransportErrorKind, Trust, UnixTime,
};
use support::KEY_FOLDER as FOLDER;

const RESOURCE: &str = "https://vault.azure.net";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn arc() -> Source {
    Source::azure_arc("http://127.0.0.1:1/token", FOLDER, Platform::Linux).unwrap()
}

fn workload_identity() -> Source {
    Source::workload_identity(None, "tenant", Some("client"), "/run/token", Platform::Linux).unwrap()
}

fn request() -> TokenRequest {
    TokenRequest::for_resource(RESOURCE).unwrap()
}

#[test]
fn a_source_tells_what_a_sandbox_must_grant() {
    let sources = [arc(), arc().with_key_directory("/mnt/tokens/"), workload_identity()];
    let grants = sources.each_ref().map(|it| (it.key_directory(), it.federated_token_file()));
    assert_eq!(grants, [(Some(FOLDER), None), (Some("/mnt/tokens"), None), (None, Some("/run/token"))]);
    let other = Source::imds("http://127.0.0.1:1").unwrap();
    assert_eq!(other.clone().with_key_directory("/mnt/tokens"), other, "others have no such folder");
    assert_eq!((other.key_directory(), other.federated_token_file()), (None, None));
}

#[test]
fn a_folder_of_keys_is_named_without_separators_at_its_end() {
    for (platform, given, kept) in [
        (Platform::Linux, "/mnt/tokens//", "/mnt/tokens"),
        (Platform::Linux, r"/mnt/tokens\", r"/mnt/tokens\"),
        (Platform::Windows, r"C:\Tokens\", r"C:\Tokens"),
        (Platform::Windows, "C:/Tokens/", "C:/Tokens"),
    ] {
        let source = Source::azure_arc("http://127.0.0.1:1/token", given, platform).unwrap();
        assert_eq!(source.key_directory(), Some(kept));
    }
}

#[test]
fn a_call_is_taken_apart_into_what_it_shows() {
    let Step::Http { call, .. } = Acquire::new(arc(), request()).unwrap().start(1, NOW) else { panic!("no request") };
    let (url, policy) = (call.request().url().clone(), call.policy().clone());
    let (taken, taken_policy) = call.into_parts();
    assert_eq!((taken.method(), taken.url(), &taken_policy), (HttpMethod::Get, &url, &policy));
}

#[test]
fn a_lease_and_its_key_tell_what_they_are_for() {
    let identity = Identity::ClientId("id".to_owned());
    let key = CacheKey::new(&arc(), &request().with_identity(identity.clone()));
    assert_eq!((key.source(), key.identity(), key.resource()), (SourceKind::AzureArc, &identity, RESOURCE));
    let mut cache = TokenCache::new(RefreshPolicy::default());
    let mut elect = || match cache.lookup(&key, NOW) {
        Lookup::Elected(lease) => {
            let epoch = lease.epoch();
            assert_eq!(lease.key(), &key);
            cache.abandon(lease, None);
            epoch
        }
        other => panic!("{other:?}"),
    };
    assert!(elect() < elect());
}

#[test]
fn a_token_is_the_same_as_its_clones_and_no_other() {
    let made = || AccessToken::new(Secret::new("t".to_owned()), RESOURCE.to_owned(), NOW, SourceKind::Imds);
    let token = made();
    assert!(token.same(&token.clone()) && token.same(&token.detached_clone()) && !token.same(&made()));
    assert_eq!(token.detached_clone().secret(), "t");
    assert_eq!((token.token_type(), token.resource(), token.source()), ("Bearer", RESOURCE, SourceKind::Imds));
    assert_eq!((token.expires_on(), token.refresh_on()), (NOW, None));
    let shown = format!("{token:?}");
    assert!(shown.starts_with("AccessToken { secret: [redacted]") && shown.contains(RESOURCE), "{shown}");
}

/// One patient attempt beats four impatient ones; only where nothing proves that there is an endpoint is it not waited for.
#[test]
fn every_call_has_limits() {
    let first = |source: Source, limit: Option<Duration>| {
        let mut acquire = Acquire::new(source, request()).unwrap();
        if let Some(limit) = limit {
            acquire = acquire.with_connect_timeout(limit);
        }
        match acquire.start(1, NOW) {
            Step::Http { call, .. } => call.into_parts().1,
            Step::ReadFile { then, .. } => match then.resume(Ok(b"assertion".to_vec())) {
                Step::Http { call, .. } => call.into_parts().1,
                step => panic!("{step:?}"),
            },
            step => panic!("{step:?}"),
        }
    };
    let imds = || Source::imds("http://169.254.169.254").unwrap();
    let knob = Duration::from_millis(777);
    for (source, limit, connect, trust) in [
        (arc(), None, 15_000, Trust::Plain),
        (workload_identity(), None, 15_000, Trust::Roots),
        (imds(), None, 1500, Trust::Plain),
        (imds(), Some(knob), 777, Trust::Plain),
    ] {
        let policy = first(source, limit);
        assert_eq!(policy.connect_timeout, Duration::from_millis(connect));
        assert_eq!(policy.read_timeout, policy.total_timeout);
        assert_eq!(policy.total_timeout, Duration::from_millis(112_500), "three quarters of the time budget");
        assert_eq!((policy.max_body, policy.trust), (64 * 1024, trust));
    }
}

#[test]
fn errors_of_drivers_keep_what_they_were_made_of() {
    let error = TransportError::new(TransportErrorKind::Broken, "reset\n by peer ");
    assert_eq!((error.kind(), error.detail()), (TransportErrorKind::Broken, "reset  by peer"));
    let error = FileError::new(FileErrorKind::Unreadable, "input/output error");
    assert_eq!((error.kind(), error.detail()), (FileErrorKind::Unreadable, "input/output error"));
    assert_eq!(FileError::too_large(16).detail(), "more than 16 bytes");
    let error = CommandError::new(CommandErrorKind::Failed, "cannot fork");
    assert_eq!((error.kind(), error.detail()), (CommandErrorKind::Failed, "cannot fork"));
    let error = SignError::new(SignErrorKind::Malformed, "no key in it");
    assert_eq!((error.kind(), error.detail()), (SignErrorKind::Malformed, "no key in it"));
}

#[test]
fn a_thumbprint_shows_as_it_is_usually_written() {
    let source = Source::service_fabric("https://127.0.0.1:1/token", "header", &"aB:".repeat(20)).unwrap();
    let Step::Http { call, .. } = Acquire::new(source, request()).unwrap().start(1, NOW) else { panic!("no request") };
    let Trust::Leaf(pin) = call.policy().trust else { panic!("no pin") };
    assert_eq!(pin.as_bytes(), &[0xab; 20]);
    assert_eq!((format!("{pin}"), format!("{pin:?}")), ("ab".repeat(20), "ab".repeat(20)));
}

#[test]
fn secrets_do_not_show() {
    assert_eq!(format!("{:?}", Secret::new("hunter2".to_owned())), "[redacted]");
    assert_eq!(Secret::from("hunter2".to_owned()).expose(), "hunter2");
    let hunter = || b"hunter2".to_vec();
    let shown = [
        format!("{:?}", Body::from(hunter())),
        format!("{:?}", CommandOutput::new(Some(1), hunter(), hunter())),
        format!("{:?}", Signed::new("hunter2".to_owned(), hunter())),
        format!("{:?}", TokenDigest::of_secret("hunter2")),
        format!("{:?}", AccessToken::new("hunter2", RESOURCE, NOW, SourceKind::Imds).downgrade()),
    ];
    let expected = [
        "[7 bytes]",
        "CommandOutput { exit_code: Some(1), output: 7, errors: 7 }",
        "Signed { input: [redacted], signature: 7, .. }",
        "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7",
        "WeakAccessToken",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn a_body_is_made_of_whatever_is_bytes() {
    for (body, expected) in [
        (Body::from(b"abc"), "abc"),
        (Body::from(&b"abc"[..]), "abc"),
        (Body::from("abc"), "abc"),
        (Body::from("abc".to_owned()), "abc"),
        (Body::from(Secret::from("abc")), "abc"),
        (Body::from(()), ""),
    ] {
        assert_eq!((body.as_bytes(), body.as_ref()), (expected.as_bytes(), expected.as_bytes()));
        assert_eq!((body.len(), body.is_empty()), (expected.len(), expected.is_empty()));
    }
}

#[test]
fn a_weak_token_ends_with_its_last_clone() {
    let token = AccessToken::new("t", RESOURCE, NOW, SourceKind::Imds);
    let weak = token.downgrade();
    assert!(weak.upgrade().is_some_and(|it| it.same(&token)));
    drop(token);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_identity_is_unknown_until_anything_is_said_of_it() {
    let mut of_client = TokenIdentity::default();
    assert!(of_client.is_unknown());
    let (mut of_object, mut of_resource) = (of_client.clone(), of_client.clone());
    of_client.client_id = Some("id".to_owned());
    of_object.object_id = Some("id".to_owned());
    of_resource.resource_id = Some("id".to_owned());
    for known in [of_client, of_object, of_resource] {
        assert!(!known.is_unknown(), "{known:?}");
    }
}

#[test]
fn times_stay_where_they_can_be_told() {
    let (second, longest) = (Duration::from_secs(1), UnixTime::from_duration(Duration::MAX));
    assert_eq!((NOW - second).as_duration(), Duration::from_secs(1_699_999_999));
    assert_eq!((NOW + second).as_duration(), Duration::from_secs(1_700_000_001));
    assert_eq!((longest + second, UnixTime::default() - second), (longest, UnixTime::default()));
}

#[test]
fn an_error_tells_which_source_it_is_about() {
    let missing = ConfigError::MissingVariable { source_kind: SourceKind::AppService, names: vec!["IDENTITY_HEADER"] };
    assert_eq!(Error::from(missing).source_kind(), Some(SourceKind::AppService));
    let mut cache = TokenCache::new(RefreshPolicy::default());
    let key = CacheKey::new(&arc(), &request());
    let token = AccessToken::new("t", RESOURCE, NOW, SourceKind::AzureArc);
    let wish = cache.reject(&key, TokenDigest::of(&token), NOW);
    let Lookup::Elected(lease) = cache.lookup_for(&key, &wish, NOW) else { panic!("a token is asked for") };
    let again = wish.judge(lease.epoch(), &Ok(token)).unwrap().unwrap_err();
    assert_eq!(again.source_kind(), Some(SourceKind::AzureArc));
}

/// The federated token is for the token proxy, where there is one, and never for the authority.
#[test]
fn a_token_proxy_is_asked_in_place_of_the_authority() {
    let proxy = TokenProxy::new("https://proxy.example:8443/base/").unwrap();
    let proxy = proxy.with_ca_file("/ca/tls.crt").unwrap().with_server_name("tokens.internal").unwrap();
    let source = workload_identity().with_token_proxy(proxy).unwrap();
    assert_eq!(source.endpoint().as_str(), "https://proxy.example:8443/base/tenant/oauth2/v2.0/token");
    assert_eq!(source.token_proxy_ca_file(), Some("/ca/tls.crt"));
    // Whatever the file holds at the time is what counts.
    for pem in ["-----BEGIN CERTIFICATE-----\nold", "-----BEGIN CERTIFICATE-----\nnew"] {
        let Step::ReadFile { file, then } = Acquire::new(source.clone(), request()).unwrap().start(1, NOW) else {
            panic!("no file of certificates")
        };
        assert_eq!((file.path.as_str(), file.purpose), ("/ca/tls.crt", FilePurpose::TokenProxyCa));
        assert_eq!((file.directory, file.max_len), (None, 1024 * 1024));
        let Step::ReadFile { file, then } = then.resume(Ok(pem.into())) else { panic!("no federated token") };
        assert_eq!(file.purpose, FilePurpose::FederatedToken);
        let Step::Http { call, .. } = then.resume(Ok(b"assertion".to_vec())) else { panic!("no request") };
        let (pem, server_name) = (Some(pem.into()), Some("tokens.internal".into()));
        assert_eq!(call.policy().trust, Trust::Anchors { pem, server_name });
        assert_eq!(call.policy().route, Route::Direct);
        assert_eq!(call.request().url(), source.endpoint());
        assert!(call.request().body().contains("client_assertion=assertion"));
    }
}

#[test]
fn half_a_token_proxy_in_the_environment_is_an_error() {
    let detect = |variables: &[(&str, &str)]| {
        let set = [("AZURE_TENANT_ID", "tenant"), ("AZURE_CLIENT_ID", "id"), ("AZURE_FEDERATED_TOKEN_FILE", "/token")];
        let value = |name: &str| set.iter().chain(variables).find(|it| it.0 == name).map(|it| it.1.to_owned());
        let environment = Environment::from_lookup(value);
        managed_identity_core::detect(&environment, HostFacts::of(Platform::Linux), DetectionOptions::default())
            .map(|it| it.source)
    };
    let (name, needs) = ("AZURE_KUBERNETES_SNI_NAME", "AZURE_KUBERNETES_TOKEN_PROXY");
    assert_eq!(detect(&[(name, "tokens.internal")]), Err(ConfigError::PointlessVariable { name, needs }));
    let source = detect(&[(name, "tokens.internal"), (needs, "https://10.0.0.1:8443")]).unwrap();
    assert_eq!(source.endpoint().as_str(), "https://10.0.0.1:8443/tenant/oauth2/v2.0/token");
}

/// What a local endpoint is sent must not meet a proxy; the authority may be beyond one.
#[test]
fn only_the_authority_may_be_reached_through_a_proxy() {
    for kind in SourceKind::ALL {
        let route = match Acquire::new(support::source(*kind, "header"), request()).unwrap().start(1, NOW) {
            Step::Http { call, .. } => call.policy().route,
            Step::ReadFile { then, .. } => match then.resume(Ok(b"assertion".to_vec())) {
                Step::Http { call, .. } => call.policy().route,
                step => panic!("{step:?}"),
            },
            step => panic!("{step:?}"),
        };
        let expected = if *kind == SourceKind::WorkloadIdentity { Route::AsConfigured } else { Route::Direct };
        assert_eq!(route, expected, "{kind}");
    }
}

#[test]
fn what_a_request_wishes_for_is_kept_whatever_else_it_wishes_for() {
    let plain = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    assert_eq!(plain.clone().with_client_capabilities([""; 0]), plain, "nothing is no wish");
    let digest = TokenDigest::of_secret("rejected");
    let request = plain.with_client_capabilities(["cp1"]).with_rejected_digest(digest);
    #[cfg(feature = "chain")]
    let request = request.with_tenant("t-1").with_claims("e30=");
    #[cfg(feature = "chain")]
    assert_eq!((request.tenant(), request.claims()), (Some("t-1"), Some("e30=")));
    assert_eq!(request.rejected(), Some(digest));
    assert_eq!(request.with_client_capabilities([""; 0]).rejected(), Some(digest), "the others stay");
}
