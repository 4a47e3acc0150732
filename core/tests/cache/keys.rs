//! What a token is filed under, and what may be shown of it.

use std::collections::BTreeSet;

use managed_identity_core::{CacheKey, Identity, Lookup, Source, TokenCache, TokenRequest};

use super::answers::token;
use super::{HOUR, holding, imds, t};

#[test]
fn keys_are_compared_as_they_are_written() {
    let request = |resource, identity| TokenRequest::for_resource(resource).unwrap().with_identity(identity);
    let id = || "8a1b".to_owned();
    let keys = [
        CacheKey::new(&imds(), &request("https://A", Identity::SystemAssigned)),
        CacheKey::new(&imds(), &request("https://a", Identity::SystemAssigned)),
        CacheKey::new(&imds(), &request("https://a/", Identity::SystemAssigned)),
        CacheKey::new(&imds(), &request("https://a", Identity::ClientId(id()))),
        CacheKey::new(&imds(), &request("https://a", Identity::ClientId(id().to_uppercase()))),
        CacheKey::new(&imds(), &request("https://a", Identity::ObjectId(id()))),
        CacheKey::new(&imds(), &request("https://a", Identity::ResourceId(id()))),
        CacheKey::new(&Source::imds("http://127.0.0.2").unwrap(), &request("https://a", Identity::SystemAssigned)),
        CacheKey::new(
            &Source::cloud_shell("http://127.0.0.1/metadata/identity/oauth2/token").unwrap(),
            &request("https://a", Identity::SystemAssigned),
        ),
    ];
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    let scope = TokenRequest::for_scope("https://a/.default").unwrap();
    assert_eq!(CacheKey::new(&imds(), &scope), keys[1]);
}

#[test]
fn a_client_id_of_the_source_stands_for_the_system_assigned_identity() {
    let source = |id| Source::machine_learning("http://127.0.0.1:1/token", "secret", id).unwrap();
    let request = || TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let key = |id| CacheKey::new(&source(id), &request());
    assert_ne!(key(Some("one")), key(Some("two")));
    assert_ne!(key(Some("one")), key(None));
    let named = request().with_identity(Identity::ClientId("one".into()));
    assert_eq!(key(Some("one")), CacheKey::new(&source(None), &named));
}

#[test]
fn capabilities_count_where_they_are_sent() {
    let fabric = Source::service_fabric("https://127.0.0.1/token", "header", &"ab".repeat(20)).unwrap();
    let plain = TokenRequest::for_resource("R").unwrap();
    let capable = plain.clone().with_client_capabilities(["cp1", "cp2"]);
    assert_ne!(CacheKey::new(&fabric, &plain), CacheKey::new(&fabric, &capable));
    assert_eq!(CacheKey::new(&imds(), &plain), CacheKey::new(&imds(), &capable));
    let rejected = plain.clone().with_rejected_token(&token(t(0), "one", HOUR, None).unwrap());
    assert_eq!(CacheKey::new(&fabric, &plain), CacheKey::new(&fabric, &rejected));
}

#[test]
fn debug_shows_no_secret() {
    let cache = holding("hunter2", HOUR, None);
    let source = Source::app_service("http://127.0.0.1/token?code=hunter2", "hunter2").unwrap();
    let key = CacheKey::new(&source, &TokenRequest::for_resource("R").unwrap());
    let shown = format!("{cache:?} {key:?}");
    assert!(shown.contains("http://127.0.0.1/token") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn it_may_be_shared_between_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<(TokenCache, CacheKey, Lookup)>();
}
