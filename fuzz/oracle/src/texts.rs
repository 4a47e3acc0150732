//! Texts from configuration.

use managed_identity_core::{ConfigError, Endpoint, Identity, Source, Step, Thumbprint, TokenRequest, UnixTime};

/// An endpoint's address: what is accepted stays what it is, and a request to it goes to the same place.
pub fn endpoint(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    let Ok(endpoint) = Endpoint::parse("TEST", text) else { return };
    let parsed = Endpoint::parse("TEST", endpoint.as_str()).expect("what was accepted is accepted again");
    assert_eq!(parsed, endpoint);
    assert!(!endpoint.authority().contains(['@', '/', '?', '#', ' ']) && !endpoint.host().is_empty());
    let scheme = if endpoint.is_https() { "https" } else { "http" };
    let whole = format!("{scheme}://{}{}", endpoint.authority(), endpoint.path_and_query());
    assert_eq!(whole, endpoint.as_str());
    assert!(endpoint.path().starts_with('/') && endpoint.as_str().starts_with(endpoint.without_query()));

    let source = Source::cloud_shell(text).expect("it is an endpoint");
    let request = TokenRequest::for_resource("r").expect("it is one");
    let acquire = managed_identity_core::Acquire::new(source, request).expect("it is the system-assigned identity");
    let Step::Http { call, .. } = acquire.start(1, UnixTime::default()) else { panic!("no request") };
    assert_eq!(call.request().url(), &endpoint);
}

/// MSAL's JSON form of an identity: what is accepted says the same again.
pub fn identity(json: &[u8]) {
    let Ok(identity) = serde_json::from_slice::<Identity>(json) else { return };
    let again = serde_json::to_vec(&identity).expect("an identity has a JSON form");
    assert_eq!(serde_json::from_slice::<Identity>(&again).expect("its own form is accepted"), identity);
    assert!(identity.id().is_none_or(|id| !id.trim().is_empty()));
}

/// A certificate's thumbprint.
pub fn thumbprint(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    match Thumbprint::parse(text) {
        Ok(thumbprint) => {
            let shown = thumbprint.to_string();
            let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
            assert_eq!(shown, digits.to_ascii_lowercase());
            assert_eq!(Thumbprint::parse(&shown), Ok(thumbprint));
        }
        Err(error) => assert_eq!(error, ConfigError::InvalidThumbprint),
    }
}
