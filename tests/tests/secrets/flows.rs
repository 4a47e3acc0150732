//! Acquisitions of every source that holds or sends a secret, step by step.

use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, AwaitFile, AwaitResponse, CacheKey, Error, FileRequest, HttpCall, HttpResponse, Lookup,
    Platform, RefreshPolicy, Source, Step, TokenCache, TokenRequest, UnixTime,
};

pub(crate) const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";
pub(crate) const RESOURCE: &str = "https://vault.azure.net";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const THUMBPRINT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The sources that send the identity header `secret`.
pub(crate) fn sources_with_header(secret: &str) -> [Source; 3] {
    [
        Source::app_service("http://127.0.0.1:8081/token", secret).unwrap(),
        Source::machine_learning("http://127.0.0.1:8082/token", secret, None).unwrap(),
        Source::service_fabric("https://127.0.0.1:8083/token", secret, THUMBPRINT).unwrap(),
    ]
}

pub(crate) fn azure_arc() -> Source {
    azure_arc_with(KEY_FOLDER)
}

pub(crate) fn azure_arc_with(key_folder: &str) -> Source {
    Source::azure_arc("http://127.0.0.1:40342/metadata/identity/oauth2/token", key_folder, Platform::Linux).unwrap()
}

pub(crate) fn workload_identity() -> Source {
    let file = "/var/run/secrets/azure/tokens/azure-identity-token";
    Source::workload_identity(None, "tenant", Some("client"), file, Platform::Linux).unwrap()
}

pub(crate) fn token_request() -> TokenRequest {
    TokenRequest::for_resource(RESOURCE).unwrap()
}

/// The first step of an acquisition.
pub(crate) fn start(source: Source) -> Step {
    Acquire::new(source, token_request()).unwrap().start(7, NOW)
}

/// A request that is to be sent.
pub(crate) fn http(step: Step) -> (Box<HttpCall>, AwaitResponse) {
    match step {
        Step::Http { call, then } => (call, then),
        step => panic!("no request: {step:?}"),
    }
}

/// A file that is to be read.
pub(crate) fn file(step: Step) -> (FileRequest, AwaitFile) {
    match step {
        Step::ReadFile { file, then } => (file, then),
        step => panic!("no file: {step:?}"),
    }
}

/// The end.
pub(crate) fn done(step: Step) -> Result<AccessToken, Error> {
    match step {
        Step::Done(outcome) => outcome,
        step => panic!("not the end: {step:?}"),
    }
}

/// The answer of Azure Arc's agent that asks for `x.key`.
pub(crate) fn challenge(key_folder: &str) -> HttpResponse {
    let challenge = format!("Basic realm={key_folder}/x.key");
    HttpResponse::new(401, Vec::new()).with_header("www-authenticate", challenge.as_bytes())
}

/// Azure Arc's flow up to where the key file is wanted.
pub(crate) fn arc_file() -> (FileRequest, AwaitFile) {
    let (_, then) = http(start(azure_arc()));
    file(then.resume(Ok(challenge(KEY_FOLDER)), NOW))
}

/// The request with what the source read from its file: Azure Arc's key, or a federated token.
pub(crate) fn proven(source: Source, content: String) -> (Box<HttpCall>, AwaitResponse) {
    let step = match source.federated_token_file() {
        Some(_) => start(source),
        None => {
            let (_, then) = http(start(source));
            then.resume(Ok(challenge(KEY_FOLDER)), NOW)
        }
    };
    http(file(step).1.resume(Ok(content.into_bytes())))
}

/// A cache that holds this token, and its key.
pub(crate) fn cache_with(token: AccessToken) -> (TokenCache, CacheKey) {
    let key = CacheKey::new(&azure_arc(), &token_request());
    let mut cache = TokenCache::new(RefreshPolicy::default());
    put(&mut cache, &key, token);
    (cache, key)
}

/// Puts this token into the cache in the place of another.
pub(crate) fn put(cache: &mut TokenCache, key: &CacheKey, token: AccessToken) {
    let wish = cache.renewed();
    let Lookup::Elected(lease) = cache.lookup_for(key, &wish, NOW) else { panic!("not elected") };
    assert!(cache.settle(lease, &Ok(token), NOW, 1));
}

/// When the tokens of these tests expire.
pub(crate) fn expiry() -> UnixTime {
    NOW.saturating_add(Duration::from_secs(3600))
}
