//! Addresses: whatever the core accepts, the libraries that clients build on read as it does.
//!
//! Where they did not, what was checked (that an agent is on this machine, say) would be another place than the one that
//! a request goes to.

use std::net::Ipv6Addr;

use managed_identity_core::{Acquire, Endpoint, Source, Step, TokenRequest, UnixTime};
use url::{Host, Url};

/// An endpoint's address: what is accepted stays what it is, a request to it goes to the same place, and `url` and `http`
/// see the same parts in it.
pub fn endpoint(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    let Ok(endpoint) = Endpoint::parse("TEST", text) else { return };
    let parsed = Endpoint::parse("TEST", endpoint.as_str()).expect("what was accepted is accepted again");
    assert_eq!(parsed, endpoint);
    let whole = format!("{}://{}{}", scheme(&endpoint), endpoint.authority(), endpoint.path_and_query());
    assert_eq!(whole, endpoint.as_str());
    assert!(endpoint.as_str().starts_with(endpoint.without_query()));
    for text in [text, endpoint.as_str()] {
        assert_url_agrees(&endpoint, text);
        assert_uri_agrees(&endpoint, text);
    }

    let source = Source::cloud_shell(text).expect("it is an endpoint");
    let request = TokenRequest::for_resource("r").expect("it is one");
    let acquire = Acquire::new(source, request).expect("it is the system-assigned identity");
    let Step::Http { call, .. } = acquire.start(1, UnixTime::default()) else { panic!("no request") };
    assert_eq!(call.request().url(), &endpoint);
}

fn scheme(endpoint: &Endpoint) -> &'static str {
    if endpoint.is_https() { "https" } else { "http" }
}

/// The WHATWG's reading, which is that of reqwest and of every `fetch`.
fn assert_url_agrees(endpoint: &Endpoint, text: &str) {
    let url = match Url::parse(text) {
        Ok(url) => url,
        // Whether such a name stands for another one is in Unicode's tables. A client that knows them refuses a wrong one,
        // and reads no other host in it.
        Err(url::ParseError::IdnaError) if has_punycode(endpoint.host()) => return,
        Err(error) => panic!("url refuses {text:?}: {error}"),
    };
    assert_eq!(url.scheme(), scheme(endpoint));
    assert!(url.username().is_empty() && url.password().is_none());
    let default_port = if endpoint.is_https() { 443 } else { 80 };
    assert_eq!(url.port_or_known_default(), Some(endpoint.port().unwrap_or(default_port)));
    assert_eq!(url.path(), endpoint.path());
    // The only character of a query that it spells otherwise.
    assert_eq!(url.query(), endpoint.query().map(|query| query.replace('\'', "%27")).as_deref());

    let (host, is_loopback) = match url.host() {
        Some(Host::Domain(name)) => (name.to_owned(), name == "localhost"),
        Some(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
        Some(Host::Ipv6(address)) => (format!("[{address}]"), address == Ipv6Addr::LOCALHOST),
        None => panic!("url sees no host in {text:?}"),
    };
    assert_eq!(host, canonical(endpoint.host()));
    assert_eq!(is_loopback, endpoint.is_loopback(), "whether {host} is this machine");
}

/// The reading of `http`, which is that of hyper. It keeps what is written.
fn assert_uri_agrees(endpoint: &Endpoint, text: &str) {
    let uri: http::Uri = text.parse().unwrap_or_else(|error| panic!("http refuses {text:?}: {error}"));
    assert_eq!(uri.scheme_str(), Some(scheme(endpoint)));
    assert_eq!(uri.authority().map(http::uri::Authority::as_str), Some(endpoint.authority()));
    assert_eq!((uri.host(), uri.port_u16()), (Some(endpoint.host()), endpoint.port()));
    assert_eq!((uri.path(), uri.query()), (endpoint.path(), endpoint.query()));
}

fn has_punycode(host: &str) -> bool {
    host.split('.').any(|label| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--")))
}

/// The one spelling of a host that has many.
fn canonical(host: &str) -> String {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match address.map(|it| it.parse::<Ipv6Addr>().expect("only an address is in brackets")) {
        Some(address) => format!("[{address}]"),
        None => host.to_ascii_lowercase(),
    }
}
