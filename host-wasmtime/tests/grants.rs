//! What a plug-in is granted that holds the client, and what not.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::path::Path;

use http::{Method, Uri};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, Source, detect};
use managed_identity_wasmtime::{FileRule, Grants, HttpRule, Policy, PolicyError};

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::from_lookup(|name| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()))
}

fn of(variables: &[(&str, &str)], arc_agent: bool) -> Result<Grants, PolicyError> {
    let environment = environment(variables);
    let facts = HostFacts::of(Platform::Linux).with_arc_agent(arc_agent);
    let source = detect(&environment, facts, DetectionOptions::default()).unwrap().source;
    Grants::for_source(&source, &environment)
}

fn grants(variables: &[(&str, &str)], arc_agent: bool) -> Grants {
    of(variables, arc_agent).unwrap()
}

fn allows(grants: &Grants, method: &Method, address: &str) -> bool {
    let address: Uri = address.parse().unwrap();
    grants.requests().iter().any(|rule| rule.matches(method, &address))
}

type Variables = &'static [(&'static str, &'static str)];

/// Each source, with one variable too many, which must not be passed on; its method, its address, its own variables.
const SOURCES: [(Variables, Method, &str, &[&str]); 5] = [
    (
        &[("IDENTITY_ENDPOINT", "http://localhost:4141/msi/token"), ("IDENTITY_HEADER", "h"), ("AZURE_CLIENT_ID", "x")],
        Method::GET,
        "http://localhost:4141/msi/token",
        &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"],
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
        let grants = grants(variables, false);
        assert!(allows(&grants, &method, endpoint), "{endpoint}");
        assert!(allows(&grants, &method, &format!("{endpoint}?resource=x&api-version=y")), "{endpoint}");
        assert_eq!(grants.variable_names().collect::<Vec<_>>(), names, "{endpoint}");

        let other = if method == Method::GET { Method::POST } else { Method::GET };
        assert!(!allows(&grants, &other, endpoint), "{endpoint}");
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
            assert!(denied.parse::<Uri>().is_err() || !allows(&grants, &method, &denied), "{denied}");
        }
    }
}

#[test]
fn a_host_is_compared_as_it_is_written_and_a_port_as_it_is_meant() {
    let grants = grants(&[], false);
    assert!(allows(&grants, &Method::GET, "http://169.254.169.254:80/metadata/identity/oauth2/token"));
    let local = HttpRule::exactly(Method::GET, &"http://LocalHost:8080/token".parse().unwrap()).unwrap();
    let local = Grants::nothing().request(local);
    assert!(allows(&local, &Method::GET, "http://localhost:8080/token"));
    assert!(!allows(&local, &Method::GET, "http://127.0.0.1:8080/token"));
}

#[test]
fn files_are_readable_where_they_prove_the_identity() {
    let token_file = FileRule::at("/var/run/secrets/azure/tokens/azure-identity-token").unwrap();
    let keys = FileRule::key_files("/var/opt/azcmagent/tokens");
    for (variables, arc_agent, files) in
        [(&[][..], true, vec![keys]), (SOURCES[4].0, false, vec![token_file]), (SOURCES[0].0, true, vec![])]
    {
        assert_eq!(grants(variables, arc_agent).files(), files);
    }
    let moved = grants(&[], true).files_from(Path::new("/mnt/agent"));
    let [rule] = moved.files() else { panic!("{moved:?}") };
    assert_eq!((rule.host_folder(), rule.guest_folder()), (Path::new("/mnt/agent"), "/var/opt/azcmagent/tokens"));
    assert!(moved.without_files().files().is_empty());
}

#[test]
fn a_source_that_no_plug_in_can_ask_is_refused_by_name_and_nothing_of_it_is_granted() {
    let service_fabric = [
        ("IDENTITY_ENDPOINT", "https://127.0.0.1:2377/metadata/identity/oauth2/token"),
        ("IDENTITY_HEADER", "hunter2"),
        ("IDENTITY_SERVER_THUMBPRINT", "0123456789012345678901234567890123456789"),
    ];
    let message = of(&service_fabric, false).unwrap_err().to_string();
    let expected = "a plug-in cannot ask Service Fabric: wasi:http cannot promise certificate-pin";
    assert!(message.starts_with(expected) && !message.contains("hunter2"), "{message}");

    let token_proxy = [
        ("AZURE_TENANT_ID", "contoso"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_FEDERATED_TOKEN_FILE", "/run/token"),
        ("AZURE_KUBERNETES_TOKEN_PROXY", "https://localhost:8443"),
        ("AZURE_KUBERNETES_SNI_NAME", "proxy.contoso.example"),
    ];
    let message = of(&token_proxy, false).unwrap_err().to_string();
    assert!(message.contains("AKS workload identity") && message.contains("trust-anchors"), "{message}");
}

#[test]
fn a_policy_grants_what_the_source_it_names_needs() {
    let environment = environment(&[("IDENTITY_ENDPOINT", "http://localhost:1/"), ("IDENTITY_HEADER", "h")]);
    let facts = HostFacts::of(Platform::Linux);
    let of = |document: &str| {
        let policy: Policy = toml::from_str(document).unwrap();
        Grants::of(&policy, &environment, facts)
    };
    let named = of(r#"source = { source = "imds", base = "http://127.0.0.1:2579" }"#).unwrap();
    assert!(allows(&named, &Method::GET, "http://127.0.0.1:2579/metadata/identity/oauth2/token"));
    assert_eq!(named.variable_names().collect::<Vec<_>>(), ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]);

    let detected = of(r#"source = "detect""#).unwrap();
    assert_eq!(detected.variable_names().collect::<Vec<_>>(), ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]);

    assert_eq!(of("").unwrap(), Grants::nothing());
    let error = of(r#"source = "machine-learning""#).unwrap_err().to_string();
    assert!(error.contains("MSI_ENDPOINT"), "{error}");

    let requests = "requests = [{ method = 'GET', exactly = 'http://a/b' }]";
    let both = of(&format!("source = 'imds'\nfiles = [{{ path = '/run/a' }}]\n{requests}")).unwrap();
    assert_eq!((both.files().len(), both.requests().len()), (1, 2));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    for missing in ["/does/not/exist", "/dev/null"] {
        let grants = grants(&[], true).files_from(Path::new(missing));
        let Err(error) = grants.open_files() else { panic!("a missing folder was granted") };
        assert!(error.to_string().contains(missing), "{error}");
    }
}

#[test]
fn nobody_leaves_the_folder_of_an_address() {
    let rule = HttpRule::below(Method::GET, &"https://contoso.vault.azure.net/secrets/".parse().unwrap()).unwrap();
    let grants = Grants::nothing().request(rule);
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
        assert_eq!(allows(&grants, &Method::GET, &address), expected, "{path}");
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
    let error = Grants::for_source(&source, &environment(&[])).unwrap_err();
    assert!(text(error).contains("absolute path"));
    for path in ["run/token", "/run/", "/", "", "/run/..", "/run/../etc/shadow", "C:token"] {
        assert!(FileRule::at(path).is_err(), "{path}");
    }
}

#[test]
fn nothing_is_allowed_unless_it_is_granted() {
    let nothing = Grants::nothing();
    assert!(!allows(&nothing, &Method::GET, "http://169.254.169.254/metadata/identity/oauth2/token"));
    assert_eq!((nothing.files().len(), nothing.variable_names().count()), (0, 0));
}

#[test]
fn values_of_variables_never_show() {
    let grants = grants(&[("MSI_ENDPOINT", "http://localhost:1/"), ("MSI_SECRET", "hunter2")], false);
    let shown = format!("{grants:#?}");
    assert!(shown.contains("MSI_SECRET") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_variable_has_one_value() {
    let grants = Grants::nothing().variable("A", "1").variable("A", "2");
    assert_eq!(grants.variable_names().collect::<Vec<_>>(), ["A"]);
}
