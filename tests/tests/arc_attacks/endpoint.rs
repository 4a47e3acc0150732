//! The environment leads the client to another machine, which would then collect keys. It is refused before anything is
//! sent, unless the program's code allows it.

use managed_identity_reqwest::core::{ConfigError, Environment, Fault, HostFacts, Platform, SourceKind};
use managed_identity_reqwest::{Error, ManagedIdentityClient};

/// What configuring a client with this endpoint comes to.
fn configured(endpoint: &str) -> Result<ManagedIdentityClient, Error> {
    let environment = Environment::from_lookup(|name| match name {
        "IDENTITY_ENDPOINT" => Some(endpoint.to_owned()),
        "IMDS_ENDPOINT" => Some("http://127.0.0.1:40342".to_owned()),
        _ => None,
    });
    let facts = HostFacts::of(Platform::Linux).with_arc_agent(true);
    ManagedIdentityClient::builder().environment(environment, facts).build()
}

/// There is no client that could send anything.
fn refusal(endpoint: &str) -> ConfigError {
    match configured(endpoint) {
        Err(Error::Configuration(error)) => {
            let whole = Error::from(error.clone());
            assert_eq!((whole.fault(), whole.is_transient(), whole.evidence()), (Fault::Caller, false, None));
            error
        }
        outcome => panic!("{endpoint}: {outcome:?}"),
    }
}

#[test]
fn an_endpoint_on_another_machine_is_refused() {
    for host in ["evil.test", "evil.test:40342", "10.0.0.1", "169.254.169.254", "8.8.8.8", "[2001:db8::1]", "[fe80::1]"]
    {
        let endpoint = format!("http://{host}/metadata/identity/oauth2/token");
        assert_eq!(refusal(&endpoint), ConfigError::RemoteEndpoint { name: "IDENTITY_ENDPOINT" }, "{endpoint}");
    }
}

#[test]
fn a_name_that_begins_or_ends_like_this_machine_is_refused() {
    for host in [
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "evil.test.localhost",
        "localhost.localdomain",
        "localhost.",
        "localhost-x",
        "xlocalhost",
        "127-0-0-1.evil.test",
        "1.0.0.127",
    ] {
        let endpoint = format!("http://{host}/metadata/identity/oauth2/token");
        assert_eq!(refusal(&endpoint), ConfigError::RemoteEndpoint { name: "IDENTITY_ENDPOINT" }, "{endpoint}");
    }
}

#[test]
fn a_number_that_is_an_address_to_some_is_refused_even_if_it_is_this_machine() {
    for host in [
        "2130706433",
        "134744072",
        "0x7f000001",
        "0x08080808",
        "017700000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "0127.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.256",
        "127.0.0.1.",
        "127.evil.0.1",
        "evil-127.0.0.1",
        "0",
    ] {
        let error = refusal(&format!("http://{host}/metadata/identity/oauth2/token"));
        let invalid = ConfigError::InvalidEndpoint {
            source_kind: Some(SourceKind::AzureArc),
            name: "IDENTITY_ENDPOINT",
            reason: "its host is a number, but not an IPv4 address of four decimal parts",
        };
        assert_eq!(error, invalid, "{host}");
    }
}

#[test]
fn an_address_that_only_leads_to_this_machine_is_refused() {
    for host in [
        "0.0.0.0",
        "[::]",
        "[::ffff:8.8.8.8]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[1::1]",
        "[::1:1]",
    ] {
        let endpoint = format!("http://{host}/metadata/identity/oauth2/token");
        assert_eq!(refusal(&endpoint), ConfigError::RemoteEndpoint { name: "IDENTITY_ENDPOINT" }, "{endpoint}");
    }
}

#[test]
fn an_address_that_two_readers_could_read_differently_is_refused() {
    for endpoint in [
        "http://127.0.0.1@evil.test/token",
        "http://127.0.0.1:80@evil.test/token",
        "http://localhost:x@evil.test/token",
        "http://evil.test@127.0.0.1/token",
        "http://:@127.0.0.1/token",
        r"http://evil.test\@127.0.0.1/token",
        r"http://127.0.0.1\@evil.test/token",
        r"http:\\127.0.0.1/token",
        "http://127.0.0.1%2eevil.test/token",
        "http://127.0.0.1%00.evil.test/token",
        "http://127.0.0.1 .evil.test/token",
        "http://127.0.0.1\t.evil.test/token",
        "http://127.0.0.1\r\n.evil.test/token",
        "http://127.0.0.1,evil.test/token",
        "http://[::1]evil.test/token",
        "http://[::1%25eth0]/token",
        "http://127.0.0.1:0x50/token",
        "http://127.0.0.1:80:80/token",
        "http://127。0。0。1/token",
        "http://ⓛocalhost/token",
        "http:127.0.0.1/token",
        "http:///127.0.0.1/token",
        "//127.0.0.1/token",
        "127.0.0.1/token",
        "http://127.0.0.1/../token",
        "http://127.0.0.1/a/%2e%2E/token",
        "file:///var/opt/azcmagent/tokens",
        "unix:///run/agent.sock",
        "gopher://127.0.0.1/token",
    ] {
        let error = refusal(endpoint);
        assert!(
            matches!(error, ConfigError::InvalidEndpoint { name: "IDENTITY_ENDPOINT", .. }),
            "{endpoint:?}: {error:?}"
        );
    }
    // What is no part of the host cannot change it: these are remote.
    for endpoint in ["http://evil.test#@127.0.0.1/", "http://evil.test?@127.0.0.1/", "http://evil.test/@127.0.0.1"] {
        assert_eq!(refusal(endpoint), ConfigError::RemoteEndpoint { name: "IDENTITY_ENDPOINT" }, "{endpoint}");
    }
}

/// What is taken for this machine must be this machine to the URL parser of the HTTP library too.
#[test]
fn what_is_accepted_is_the_loopback_network_to_the_http_library_too() {
    let mut accepted = 0;
    for host in [
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "127.255.255.254",
        "127.0.0.010",
        "127.00.000.0001",
        "127.0.0.08",
        "127.010.0.1",
        "127.0377.0.1",
        "127.0x1.0.1",
        "127.0.0.0",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0::1]",
        "[::0001]",
        "[0001]",
        "[:1]",
        "[:::1]",
        "[::0:0:0:0:0:0:0:0:1]",
        "[00000::1]",
    ] {
        let Ok(client) = configured(&format!("http://{host}:40342/token")) else { continue };
        accepted += 1;
        let url = url::Url::parse(client.source().endpoint().as_str()).unwrap();
        match url.host() {
            Some(url::Host::Ipv4(address)) => assert!(address.is_loopback(), "{host}: {address}"),
            Some(url::Host::Ipv6(address)) => assert!(address.is_loopback(), "{host}: {address}"),
            Some(url::Host::Domain(name)) => assert_eq!(name, "localhost", "{host}"),
            None => panic!("{host}: no host"),
        }
    }
    assert!(accepted > 5, "only {accepted} were accepted");
}
