//! Policies as they are written and read.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::path::Path;
use std::time::Duration;

use http::{Method, Uri};
use managed_identity_core::{Identity, SourceKind};
use managed_identity_wasmtime::{FileRule, HttpRule, Limits, Policy, Rate};

/// The example of the page for embedders.
fn of_the_page() -> String {
    let page = include_str!("../../docs/embedding-wasmtime.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_page_s_example_is_a_policy_with_every_member() {
    let policy: Policy = toml::from_str(&of_the_page()).unwrap();
    assert_eq!(policy.resources.iter().collect::<Vec<_>>(), ["https://storage.azure.com", "https://vault.azure.net"]);
    assert_eq!(policy.identities, [Identity::client_id("00000000-1111-2222-3333-444444444444")]);
    assert_eq!((policy.tokens, policy.rejections), (Some(Rate::per_minute(60)), Rate::per_minute(2)));
    let uri = |text: &str| text.parse::<Uri>().unwrap();
    assert_eq!(
        policy.requests,
        [
            HttpRule::below(Method::GET, &uri("https://contoso.vault.azure.net/secrets/")).unwrap(),
            HttpRule::exactly(Method::PUT, &uri("https://contoso.blob.core.windows.net/reports/today"))
                .unwrap()
                .with_token("https://storage.azure.com")
                .unwrap(),
        ]
    );
    let token_file = FileRule::at("/run/token").unwrap().from_host(Path::new("/mnt/pod/run/token")).unwrap();
    assert_eq!(policy.files, [token_file]);
    assert_eq!(policy.source.unwrap().kind(), Some(SourceKind::Imds));
    let limits = Limits { memory: 16 << 20, compute: Duration::from_secs(1), total: Duration::from_secs(180) };
    assert_eq!(policy.limits, limits);
}

#[test]
fn json_is_read_alike() {
    let policy: Policy = serde_json::from_str(r#"{"resources":["https://vault.azure.net/.default"]}"#).unwrap();
    assert_eq!(policy, Policy::nothing().resource("https://vault.azure.net").unwrap());
    assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::nothing());
}

#[test]
fn a_scope_and_its_resource_are_the_same_entry() {
    let policy = Policy::nothing().resource("https://vault.azure.net/.default").unwrap();
    let policy = policy.resource("https://vault.azure.net").unwrap();
    assert_eq!(policy.resources.iter().collect::<Vec<_>>(), ["https://vault.azure.net"]);
    assert!(!policy.resources.contains("https://vault.azure.net/"));
}

#[test]
fn what_is_not_understood_is_refused() {
    for (document, said) in [
        ("resource = ['x']", "unknown field `resource`"),
        ("resources = ['']", "resource is empty"),
        ("resources = ['a/.default b/.default']", "scope"),
        ("tokens = { at_most = 1 }", "per_seconds"),
        ("tokens = { at_most = 1, per_seconds = 0 }", "nonzero"),
        ("tokens = { at_most = 1, per_seconds = 1, burst = 2 }", "burst"),
        ("identities = [{ ManagedIdentityIdType = 'Name', Id = 'x' }]", "Name"),
        ("source = 'somewhere'", "somewhere"),
        ("source = { source = 'imds', header = 'h' }", "header"),
        ("files = [{ path = 'token' }]", "absolute path"),
        ("files = [{ path = '/run/token', host_path = 'token' }]", "absolute path"),
        ("files = [{ folder = '/run' }]", "folder"),
        ("requests = [{ method = 'GET' }]", "exactly"),
        ("requests = [{ method = 'GET', exactly = 'http://a/', below = 'http://a/' }]", "exactly"),
        ("requests = [{ method = 'GET', below = 'http://a/b' }]", "slash"),
        ("requests = [{ method = 'G T', exactly = 'http://a/' }]", "method"),
        ("requests = [{ method = 'get', exactly = 'http://a/' }]", "write GET"),
        ("requests = [{ method = 'GET', exactly = '/a' }]", "URL"),
        ("requests = [{ method = 'GET', exactly = 'https://a:65536/' }]", "URL"),
        ("requests = [{ method = 'GET', exactly = 'https://a:x/' }]", "URL"),
        ("requests = [{ method = 'GET', exactly = 'https://a:/' }]", "URL"),
        ("requests = [{ method = 'GET', exactly = 'https://u:p@a/' }]", "URL"),
        ("requests = [{ method = 'GET', below = 'https://*.a/' }]", "URL"),
        ("requests = [{ method = 'GET', exactly = 'https://127.1/' }]", "number"),
        ("requests = [{ method = 'GET', exactly = 'https://a/../b' }]", "path"),
        ("requests = [{ method = 'GET', below = 'https://a/%2fb/' }]", "elsewhere"),
        ("requests = [{ method = 'GET', exactly = 'http://a/', token = 'r' }]", "https"),
        ("requests = [{ method = 'GET', exactly = 'https://a/', token = '' }]", "resource"),
        ("requests = [{ method = 'GET', exactly = 'https://a/', header = 'r' }]", "header"),
        ("limits = { memory = 1 }", "memory"),
    ] {
        let error = toml::from_str::<Policy>(document).unwrap_err().to_string();
        assert!(error.to_lowercase().contains(&said.to_lowercase()), "{document}: {error}");
    }
}

#[test]
fn a_port_that_is_none_is_not_the_default_one() {
    let rule = HttpRule::exactly(Method::GET, &"https://contoso.example/".parse().unwrap()).unwrap();
    for (address, allowed) in
        [("", true), (":443", true), (":+443", false), (":", false), (":65979", false), (":x", false)]
    {
        let address: Uri = format!("https://contoso.example{address}/").parse().unwrap();
        assert_eq!(rule.matches(&Method::GET, &address), allowed, "{address}");
    }
}

#[test]
fn a_token_is_added_over_https_and_on_this_machine_only() {
    for (address, allowed) in [
        ("https://contoso.example/", true),
        ("http://127.0.0.1:1/", true),
        ("http://[::1]:1/", true),
        ("http://localhost:1/", true),
        ("http://contoso.example/", false),
        ("http://127.0.0.1.contoso.example/", false),
        ("http://localhost.contoso.example/", false),
    ] {
        let rule = HttpRule::exactly(Method::GET, &address.parse().unwrap()).unwrap();
        assert_eq!(rule.with_token("r").is_ok(), allowed, "{address}");
    }
}

#[test]
fn the_lines_of_the_readme_are_those_of_the_page_which_are_compiled() {
    let block = |text: &str, fence: &str| {
        let (_, rest) = text.split_once(fence).unwrap();
        let lines = rest.lines().take_while(|line| *line != "```").filter(|line| !line.starts_with("# "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let page = block(include_str!("../../docs/embedding-wasmtime.md"), "```rust\n");
    assert_eq!(block(include_str!("../../README.md"), "```rust,ignore\n"), page);
}
