//! What a policy lets through, and what not.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::path::Path;

use http::{Method, Uri};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, Source, detect};
use managed_identity_plugin_host::{FolderGrant, HttpRule, Policy, PolicyError};

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::from_lookup(|name| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()))
}

fn policy(variables: &[(&str, &str)], arc_agent: bool) -> Policy {
    let environment = environment(variables);
    let facts = HostFacts::of(Platform::Linux).with_arc_agent(arc_agent);
    let source = detect(&environment, facts, DetectionOptions::default()).unwrap().source;
    Policy::for_source(&source, &environment).unwrap()
}

fn allows(policy: &Policy, method: Method, address: &str) -> bool {
    policy.allows(&method, &address.parse::<Uri>().unwrap())
}

type Variables = &'static [(&'static str, &'static str)];

/// Each source, with one variable too many, which must not be passed on; its method, its address, its own variables.
const SOURCES: [(Variables, Method, &str, &[&str]); 6] = [
    (
        &[("IDENTITY_ENDPOINT", "http://localhost:4141/msi/token"), ("IDENTITY_HEADER", "h"), ("AZURE_CLIENT_ID", "x")],
        Method::GET,
        "http://localhost:4141/msi/token",
        &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"],
    ),
    (
        &[
            ("IDENTITY_ENDPOINT", "https://127.0.0.1:2377/metadata/identity/oauth2/token"),
            ("IDENTITY_HEADER", "h"),
            ("IDENTITY_SERVER_THUMBPRINT", "0123456789012345678901234567890123456789"),
            ("MSI_SECRET", "x"),
        ],
        Method::GET,
        "https://127.0.0.1:2377/metadata/identity/oauth2/token",
        &["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"],
    ),
    (
        &[("MSI_ENDPOINT", "http://127.0.0.1:46808/MSI/auth"), ("MSI_SECRET", "s"), ("AZURE_TENANT_ID", "x")],
        Method::GET,
        "http://127.0.0.1:46808/MSI/auth",
        &["MSI_ENDPOINT", "MSI_SECRET"],
    ),
    (
        &[("MSI_ENDPOINT", "http://localhost:50342/oauth2/token"), ("DEFAULT_IDENTITY_CLIENT_ID", "x")],
        Method::POST,
        "http://localhost:50342/oauth2/token",
        &["MSI_ENDPOINT"],
    ),
    (&[("AZURE_CLIENT_ID", "x")], Method::GET, "http://169.254.169.254/metadata/identity/oauth2/token", &[]),
    (
        &[
            ("AZURE_TENANT_ID", "contoso"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/secrets/azure/tokens/azure-identity-token"),
            ("AZURE_CLIENT_ID", "c"),
            ("ProgramData", "x"),
        ],
        Method::POST,
        "https://login.microsoftonline.com/contoso/oauth2/v2.0/token",
        &["AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID"],
    ),
];

#[test]
fn each_source_needs_one_endpoint_and_its_own_variables() {
    for (variables, method, endpoint, names) in SOURCES {
        let policy = policy(variables, false);
        assert!(allows(&policy, method.clone(), endpoint), "{endpoint}");
        assert!(allows(&policy, method.clone(), &format!("{endpoint}?resource=x&api-version=y")), "{endpoint}");
        assert_eq!(policy.variable_names().collect::<Vec<_>>(), names, "{endpoint}");

        let other = if method == Method::GET { Method::POST } else { Method::GET };
        assert!(!allows(&policy, other, endpoint), "{endpoint}");
        let uri: Uri = endpoint.parse().unwrap();
        let (scheme, authority, path) = (uri.scheme_str().unwrap(), uri.authority().unwrap(), uri.path());
        let other_scheme = if scheme == "http" { "https" } else { "http" };
        for denied in [
            format!("{other_scheme}://{authority}{path}"),
            format!("{scheme}://{}:1{path}", uri.host().unwrap()),
            format!("{scheme}://{authority}.example{path}"),
            format!("{scheme}://user@{authority}{path}"),
            format!("{scheme}://{authority}{path}/more"),
            format!("{scheme}://{authority}/"),
            format!("{scheme}://{authority}/metadata/instance"),
        ] {
            assert!(denied.parse::<Uri>().is_err() || !allows(&policy, method.clone(), &denied), "{denied}");
        }
    }
}

#[test]
fn a_host_is_compared_as_it_is_written_and_a_port_as_it_is_meant() {
    let policy = policy(&[], false);
    assert!(allows(&policy, Method::GET, "http://169.254.169.254:80/metadata/identity/oauth2/token"));
    let local = HttpRule::exactly(Method::GET, &"http://LocalHost:8080/token".parse().unwrap()).unwrap();
    let local = Policy::nothing().allow(local);
    assert!(allows(&local, Method::GET, "http://localhost:8080/token"));
    assert!(!allows(&local, Method::GET, "http://127.0.0.1:8080/token"));
}

#[test]
fn one_folder_is_readable_where_files_prove_the_identity() {
    for (variables, arc_agent, folder) in [
        (&[][..], true, Some("/var/opt/azcmagent/tokens")),
        (SOURCES[5].0, false, Some("/var/run/secrets/azure/tokens")),
        (SOURCES[0].0, true, None),
    ] {
        let expected: Vec<_> =
            folder.iter().map(|it| FolderGrant { host: it.into(), guest: (*it).to_owned() }).collect();
        assert_eq!(policy(variables, arc_agent).folders(), expected);
    }
    let moved = policy(&[], true).with_folders_from(Path::new("/mnt/agent"));
    let expected = FolderGrant { host: "/mnt/agent".into(), guest: "/var/opt/azcmagent/tokens".to_owned() };
    assert_eq!(moved.folders(), [expected]);
    assert!(moved.without_folders().folders().is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let policy = policy(&[], true).with_folders_from(Path::new("/does/not/exist"));
    let Err(error) = policy.wasi() else { panic!("a missing folder was granted") };
    assert!(error.to_string().contains("/does/not/exist"), "{error}");
}

#[test]
fn nobody_leaves_the_folder_of_an_address() {
    let rule = HttpRule::below(Method::GET, &"https://contoso.vault.azure.net/secrets/".parse().unwrap()).unwrap();
    let policy = Policy::nothing().allow(rule);
    for (path, expected) in [
        ("/secrets/one?api-version=7.4", true),
        ("/secrets/one/version", true),
        ("/secrets/a..b", true),
        ("/secrets", false),
        ("/keys/one", false),
        ("/secrets/../keys/one", false),
        ("/secrets/./one", false),
        ("/secrets/%2E%2e/keys/one", false),
        ("/secrets/..%2fkeys", false),
        ("/secrets/..%5ckeys", false),
        ("/secrets//keys", false),
    ] {
        let address = format!("https://contoso.vault.azure.net{path}");
        assert_eq!(allows(&policy, Method::GET, &address), expected, "{path}");
    }
}

#[test]
fn what_cannot_be_granted_is_refused() {
    let text = |error: PolicyError| error.to_string();
    let no_slash = HttpRule::below(Method::GET, &"https://contoso.example/secrets?key=1".parse().unwrap());
    let message = text(no_slash.unwrap_err());
    assert!(message.contains("does not end with a slash") && !message.contains("key=1"), "{message}");
    for address in ["ftp://contoso.example/", "/token", "http://user@contoso.example/"] {
        assert!(HttpRule::exactly(Method::GET, &address.parse().unwrap()).is_err(), "{address}");
    }
    let source = Source::workload_identity(None, "contoso", Some("c"), "token", Platform::Linux).unwrap();
    let error = Policy::for_source(&source, &environment(&[])).unwrap_err();
    assert!(text(error).contains("absolute path"));
}

#[test]
fn nothing_is_allowed_unless_it_is_granted() {
    let nothing = Policy::nothing();
    assert!(!allows(&nothing, Method::GET, "http://169.254.169.254/metadata/identity/oauth2/token"));
    assert_eq!((nothing.folders().len(), nothing.variable_names().count()), (0, 0));
}

#[test]
fn values_of_variables_never_show() {
    let policy = policy(&[("MSI_ENDPOINT", "http://localhost:1/"), ("MSI_SECRET", "hunter2")], false);
    let shown = format!("{policy:#?}");
    assert!(shown.contains("MSI_SECRET") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_variable_has_one_value() {
    let policy = Policy::nothing().with_variable("A", "1").with_variable("A", "2");
    assert_eq!(policy.variable_names().collect::<Vec<_>>(), ["A"]);
}
