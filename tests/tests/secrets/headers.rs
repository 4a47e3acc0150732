//! Every header whose value is or holds a secret is marked sensitive, so that libraries below neither log it nor put it
//! into the compression state of a connection; the others are not, so that they can be seen.

use managed_identity_core::{AccessToken, Source, SourceKind, Step};

use crate::flows::{NOW, RESOURCE, azure_arc, challenge, http, proven, sources_with_header, start, workload_identity};

const SECRET: &str = "c2VjcmV0LXZhbHVlLW9mLWEtaGVhZGVy";

/// The names of the sensitive headers of this request, which are those and only those that hold the secret, before and
/// after the request becomes one of the `http` crate.
fn sensitive(step: Step) -> Vec<String> {
    let (call, _) = http(step);
    for header in call.request().headers() {
        assert_eq!(header.is_sensitive(), header.value().contains(SECRET), "{}", header.name());
    }
    let (converted, _) = call.into_http().unwrap();
    let mut names = Vec::new();
    for (name, value) in converted.headers() {
        assert_eq!(value.is_sensitive(), value.to_str().unwrap().contains(SECRET), "{name}");
        if value.is_sensitive() {
            names.push(name.to_string());
        }
    }
    assert!(!converted.uri().to_string().contains(SECRET), "an address is logged by everyone");
    names
}

#[test]
fn an_identity_header_is_sensitive() {
    let names = sources_with_header(SECRET).map(start).map(sensitive);
    assert_eq!(names, [["x-identity-header"], ["secret"], ["secret"]]);
}

#[test]
fn the_key_of_azure_arc_is_sensitive_in_each_attempt() {
    let (call, then) = proven(azure_arc(), SECRET.to_owned());
    assert_eq!(sensitive(Step::Http { call, then }), ["authorization"]);
    let (_, then) = proven(azure_arc(), SECRET.to_owned());
    let waiting = then.resume(Ok(managed_identity_core::HttpResponse::new(503, Vec::new())), NOW);
    let Step::Sleep { then, .. } = waiting else { panic!("{waiting:?}") };
    assert_eq!(sensitive(then.resume()), ["authorization"]);
}

#[test]
fn what_is_no_secret_is_not_sensitive() {
    let none: [&str; 0] = [];
    for source in [
        azure_arc(),
        Source::imds("http://127.0.0.1:1").unwrap(),
        Source::cloud_shell("http://127.0.0.1:1/token").unwrap(),
    ] {
        assert_eq!(sensitive(start(source)), none);
    }
    // The assertion is in the body.
    let (call, then) = proven(workload_identity(), SECRET.to_owned());
    assert!(call.request().body().contains(SECRET));
    assert_eq!(sensitive(Step::Http { call, then }), none);
    // A challenge is answered by reading, not by a header.
    let (_, then) = http(start(azure_arc()));
    assert!(matches!(then.resume(Ok(challenge(crate::flows::KEY_FOLDER)), NOW), Step::ReadFile { .. }));
}

#[test]
fn the_header_of_a_token_is_sensitive() {
    let token = AccessToken::new(SECRET, RESOURCE, NOW, SourceKind::Imds);
    assert!(token.authorization().unwrap().is_sensitive());
}
