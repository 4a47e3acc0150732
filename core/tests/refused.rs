//! What is refused before anything is asked, and what is left alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_core::{
    BearerChallenge, ConfigError, DetectionOptions, Environment, HostFacts, Platform, Source, SourceKind, TokenProxy,
    TokenRequest,
};

/// Values that no file can have for its path.
const NO_PATHS: [&str; 3] = ["", "/run/a\nb", "/run/\u{7f}"];

fn illegal(error: &ConfigError) -> &'static str {
    match error {
        ConfigError::IllegalCharacters { name, .. } => name,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_path_that_no_file_can_have_is_refused_by_the_name_of_its_variable() {
    for path in NO_PATHS {
        let workload = Source::workload_identity(None, "tenant", Some("client"), path, Platform::Linux);
        assert_eq!(illegal(&workload.unwrap_err()), "AZURE_FEDERATED_TOKEN_FILE", "{path:?}");
        let proxy = TokenProxy::new("https://127.0.0.1").unwrap().with_ca_file(path);
        assert_eq!(illegal(&proxy.unwrap_err()), "AZURE_KUBERNETES_CA_FILE", "{path:?}");
    }
}

#[cfg(feature = "chain")]
#[test]
fn a_service_principal_needs_a_secret_or_a_file_that_can_be() {
    for path in NO_PATHS {
        let source = Source::client_certificate(None, "tenant", "client", path, Platform::Linux);
        assert_eq!(illegal(&source.unwrap_err()), "AZURE_CLIENT_CERTIFICATE_PATH", "{path:?}");
    }
    let source = Source::client_secret(None, "tenant", "client", "");
    assert_eq!(illegal(&source.unwrap_err()), "AZURE_CLIENT_SECRET");
}

#[test]
fn only_systems_with_an_agent_have_its_keys() {
    let source = Source::azure_arc("http://127.0.0.1:1/token", "/keys", Platform::Other);
    assert_eq!(source.unwrap_err(), ConfigError::UnsupportedPlatform { source_kind: SourceKind::AzureArc });
}

#[test]
fn settings_of_another_source_change_nothing() {
    let imds = Source::imds("http://127.0.0.1:1").unwrap();
    let proxy = TokenProxy::new("https://127.0.0.1").unwrap();
    assert_eq!(imds.clone().with_token_proxy(proxy), Ok(imds.clone()));
    #[cfg(feature = "chain")]
    {
        assert_eq!(imds.clone().with_certificate_password("password"), imds);
        assert_eq!(imds.clone().with_certificate_chain(), imds);
    }
    let environment = Environment::default().with_variable("NOBODY_LOOKS_AT_THIS", "value");
    assert_eq!(environment, Environment::default());
}

#[test]
fn a_folder_of_keys_has_a_path_that_means_the_same_everywhere() {
    let named = |platform, directory: &str| {
        let environment = Environment::default()
            .with_variable("IDENTITY_ENDPOINT", "http://127.0.0.1:40342/metadata/identity/oauth2/token")
            .with_variable("IMDS_ENDPOINT", "http://127.0.0.1:40342")
            .with_variable("ProgramData", r"C:\ProgramData")
            .with_key_directory(directory);
        Source::named(SourceKind::AzureArc, &environment, HostFacts::of(platform), DetectionOptions::default())
    };
    for (platform, directory) in
        [(Platform::Linux, "/mnt/keys"), (Platform::Windows, r"D:\keys"), (Platform::Windows, r"\\?\D:\keys")]
    {
        assert_eq!(named(platform, directory).unwrap().key_directory(), Some(directory));
    }
    for (platform, directory) in
        [(Platform::Linux, "keys"), (Platform::Linux, r"D:\keys"), (Platform::Windows, "keys"), (Platform::Windows, "")]
    {
        let found = named(platform, directory).map(|source| source.key_directory().map(str::to_owned));
        assert_ne!(found, Ok(Some(directory.to_owned())), "{platform:?} {directory}");
    }
}

#[test]
fn an_address_that_is_set_proves_the_metadata_service() {
    let named = |environment: &Environment| {
        let facts = HostFacts::of(Platform::Linux);
        Source::named(SourceKind::Imds, environment, facts, DetectionOptions::default()).unwrap()
    };
    assert!(!named(&Environment::default()).is_proven());
    let set = Environment::default().with_variable("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1");
    assert!(named(&set).is_proven());
}

#[test]
fn a_server_name_is_a_name_that_dns_can_have() {
    let with = |name: &str| TokenProxy::new("https://127.0.0.1").unwrap().with_server_name(name);
    let long = ["a"; 127].join(".");
    assert_eq!(long.len(), 253);
    assert!(with(&long).is_ok());
    for name in ["", "a..b", "10.0.0.1", "a b", &format!("{long}.a")] {
        assert_eq!(illegal(&with(name).unwrap_err()), "AZURE_KUBERNETES_SNI_NAME", "{name}");
    }
}

#[test]
fn one_resource_is_asked_for_at_a_time() {
    let several = "https://vault.azure.net/.default https://storage.azure.com/.default";
    assert_eq!(TokenRequest::for_resource(several).unwrap_err(), ConfigError::SeveralScopes);
    assert_eq!(
        TokenRequest::for_resource("a resource with blanks/.default").unwrap().resource(),
        "a resource with blanks"
    );
}

#[test]
fn a_challenge_is_found_behind_those_of_other_schemes() {
    for header in [
        "Negotiate, Bearer claims=\"e30=\"",
        "Negotiate abc==, Bearer claims=\"e30=\"",
        "Basic realm=\"a, b\", Bearer claims=\"e30=\"",
        "Basic realm=\", Bearer claims=\"e30=\"",
    ] {
        let claims = BearerChallenge::parse(header).and_then(|it| it.parameter("claims").map(str::to_owned));
        let is_broken = header.starts_with("Basic realm=\",");
        assert_eq!(claims.as_deref(), (!is_broken).then_some("e30="), "{header}");
    }
    assert!(BearerChallenge::parse("Bearer (").is_none());
    assert!(BearerChallenge::parse("").is_none());
}

#[cfg(feature = "chain")]
#[test]
fn a_name_that_no_credential_has_is_answered_with_all_names() {
    use managed_identity_core::{CredentialKind, UnknownCredential};
    let told = UnknownCredential.to_string();
    assert_eq!("azure-cli-of-old".parse::<CredentialKind>(), Err(UnknownCredential));
    assert_eq!(told.split(", ").count(), CredentialKind::ALL.len(), "{told}");
    assert!(CredentialKind::ALL.iter().all(|kind| told.contains(kind.as_str())), "{told}");
}

#[cfg(feature = "chain")]
#[test]
fn what_is_chosen_for_a_chain_is_chosen_for_its_members() {
    use managed_identity_core::{AcquireFromChain, Chain, ChainOptions, CredentialKind, Step, UnixTime};
    use std::time::Duration;
    let environment = Environment::default().with_variable("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1");
    let options = ChainOptions::default().only([CredentialKind::ManagedIdentity]);
    let chain = Chain::of(&environment, HostFacts::of(Platform::Linux), &options).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let acquire = AcquireFromChain::new(chain, request);
    let first = |acquire: AcquireFromChain| match acquire.start(1, UnixTime::from_secs(1_700_000_000)) {
        Step::Http { call, .. } => {
            let headers: Vec<_> = call.request().headers().iter().map(|it| it.name().to_owned()).collect();
            (call.policy().connect_timeout, headers.iter().any(|name| name == "x-client-sku"))
        }
        other => panic!("{other:?}"),
    };
    let limit = Duration::from_millis(123);
    assert!(first(acquire.clone()).1);
    assert_eq!(first(acquire.with_connect_timeout(limit).without_client_headers()), (limit, false));
}
