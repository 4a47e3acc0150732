//! Whom the members of a chain ask, on whose behalf, and what tells the tokens of one chain from those of another.

use std::collections::BTreeSet;
use std::time::Duration;

use managed_identity_core::{
    AcquireFromChain, CacheKey, Chain, ChainOptions, CommandErrorKind, CredentialKind, DetectionOptions, DeveloperTool,
    Effects, Environment, Error, FileError, FileRequest, HostFacts, HttpCall, HttpResponse, Identity, Platform,
    SignErrorKind, Source, SourceKind, Step, TokenRequest, ToolError, TransportError, TransportErrorKind, UnixTime,
    Verdict,
};

type Variables<'a> = &'a [(&'a str, &'a str)];

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const EVERYTHING: Variables<'_> = &[
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job"),
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://github.example/oidc"),
    ("AZURESUBSCRIPTION_CLIENT_ID", "client"),
    ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "connection"),
    ("AZURESUBSCRIPTION_TENANT_ID", "tenant"),
    ("AZURE_CLIENT_ID", "client"),
    ("AZURE_CLIENT_SECRET", "secret"),
    ("AZURE_FEDERATED_TOKEN_FILE", "/token"),
    ("AZURE_TENANT_ID", "tenant"),
    ("SYSTEM_ACCESSTOKEN", "job"),
    ("SYSTEM_OIDCREQUESTURI", "https://pipelines.example/oidc"),
];

fn chain(variables: Variables<'_>, options: &ChainOptions) -> Chain {
    let value = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    Chain::of(&Environment::from_lookup(value), HostFacts::of(Platform::Linux), options).unwrap()
}

fn only(kinds: impl IntoIterator<Item = CredentialKind>) -> ChainOptions {
    ChainOptions::default().only(kinds)
}

fn vault() -> TokenRequest {
    TokenRequest::for_resource("https://vault.azure.net").unwrap()
}

#[test]
fn each_member_tells_whom_it_asks() {
    let chain = chain(EVERYTHING, &only(CredentialKind::ALL.iter().copied()));
    let host = |source: Option<&Source>| source.map_or_else(String::new, |it| it.endpoint().host().to_owned());
    let told: BTreeSet<String> = chain
        .members()
        .iter()
        .map(|it| {
            assert_eq!(it.error(), None);
            format!(
                "{}: {:?} {:?} {:?}",
                it.kind().as_str(),
                host(it.source()),
                host(it.assertion_source()),
                it.programs()
            )
        })
        .collect();
    let expected = [
        r#"azure-cli: "" "" ["az"]"#,
        r#"azure-developer-cli: "" "" ["azd"]"#,
        r#"azure-pipelines: "login.microsoftonline.com" "pipelines.example" []"#,
        r#"azure-powershell: "" "" ["pwsh"]"#,
        r#"environment: "login.microsoftonline.com" "" []"#,
        r#"federated: "login.microsoftonline.com" "169.254.169.254" []"#,
        r#"github-actions: "login.microsoftonline.com" "github.example" []"#,
        r#"managed-identity: "169.254.169.254" "" []"#,
        r#"workload-identity: "login.microsoftonline.com" "" []"#,
    ];
    assert_eq!(told, expected.map(str::to_owned).into());
}

#[test]
fn a_member_that_cannot_be_asked_tells_why() {
    let chain = chain(&[], &only([CredentialKind::Environment, CredentialKind::ManagedIdentity]));
    let verdicts: Vec<_> = chain.members().iter().map(|it| it.error().and_then(|error| error.verdict)).collect();
    assert_eq!(verdicts, [Some(Verdict::NotConfigured), None]);
    let shown = chain.members()[0].error().unwrap().to_string();
    assert!(shown.starts_with("environment: not configured: "), "{shown}");
    assert!(chain.members()[0].source().is_none());
}

#[test]
fn the_members_are_made_by_the_options() {
    let slow = only([CredentialKind::AzureCli]).tool_time_limit(Duration::from_secs(3));
    let Step::Run { command, .. } = AcquireFromChain::new(chain(&[], &slow), vault()).start(1, NOW) else {
        panic!("a tool is run")
    };
    assert_eq!(command.time_limit, Duration::from_secs(3));

    let remote = [("IDENTITY_ENDPOINT", "http://192.0.2.1/token"), ("IMDS_ENDPOINT", "http://192.0.2.1")];
    let options = only([CredentialKind::ManagedIdentity]);
    assert!(chain(&remote, &options).members()[0].error().is_some());
    let options = options.detection(DetectionOptions::default().allow_remote_arc_endpoint());
    assert_eq!(chain(&remote, &options).members()[0].error(), None);
}

#[test]
fn only_a_client_id_is_a_workload_identitys() {
    let begins = |identity| {
        let chain = chain(EVERYTHING, &only([CredentialKind::WorkloadIdentity]));
        AcquireFromChain::new(chain, vault().with_identity(identity)).start(1, NOW)
    };
    for identity in [Identity::object_id("object"), Identity::resource_id("/id"), Identity::SystemAssigned] {
        assert!(matches!(begins(identity), Step::ReadFile { .. }), "whom it is for is configured");
    }
}

#[test]
fn tokens_are_filed_by_all_that_makes_them_different() {
    let (everything, prod) = (only(CredentialKind::ALL.iter().copied()), ChainOptions::default());
    let tools = only([CredentialKind::AzureCli]);
    let secret = |tenant, client| {
        [("AZURE_TENANT_ID", tenant), ("AZURE_CLIENT_ID", client), ("AZURE_CLIENT_SECRET", "secret")].to_vec()
    };
    let mut otherwhere = EVERYTHING.to_vec();
    otherwhere[1].1 = "https://github.example/another";
    let rows: [(Variables<'_>, &ChainOptions, TokenRequest); 16] = [
        (&[], &prod, vault()),
        (&[], &everything, vault()),
        (&[], &tools, vault()),
        (&[], &tools.clone().tenant("one"), vault()),
        (&[], &tools.clone().tenant("two"), vault()),
        (&[("AZURE_CLIENT_ID", "one")], &prod, vault()),
        (&[("AZURE_CLIENT_ID", "two")], &prod, vault()),
        (&secret("one", "one"), &only([CredentialKind::Environment]), vault()),
        (&secret("one", "two"), &only([CredentialKind::Environment]), vault()),
        (&secret("two", "one"), &only([CredentialKind::Environment]), vault()),
        (EVERYTHING, &everything, vault()),
        (&otherwhere, &everything, vault()),
        (&[], &prod, vault().with_tenant("one")),
        (&[], &prod, vault().with_claims("{}")),
        (&[], &prod, vault().with_client_capabilities(["cp1"])),
        (&[], &prod, vault().with_identity(Identity::client_id("one"))),
    ];
    let key = |(variables, options, request): &(Variables<'_>, &ChainOptions, TokenRequest)| {
        CacheKey::of_chain(&chain(variables, options), request)
    };
    let keys: BTreeSet<CacheKey> = rows.iter().map(key).collect();
    assert_eq!(keys.len(), rows.len());
    assert_eq!(rows.iter().map(key).collect::<BTreeSet<_>>(), keys, "the same is the same");
}

/// A host that has files, and neither programs nor keys.
struct Bare;

impl Effects for Bare {
    fn now(&mut self) -> UnixTime {
        NOW
    }

    fn seed(&mut self) -> u64 {
        1
    }

    fn send(&mut self, _: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        Err(TransportError::new(TransportErrorKind::Connect, ""))
    }

    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        assert_eq!(file.max_len, 262_144, "there are long chains of certificates");
        Ok(b"a certificate".to_vec())
    }

    fn sleep(&mut self, _: Duration) {}
}

#[test]
fn a_host_says_by_itself_what_it_cannot() {
    let run = |variables: Variables<'_>, kind| {
        AcquireFromChain::new(chain(variables, &only([kind])), vault()).start(1, NOW).run(&mut Bare).unwrap_err()
    };
    let error = run(&[], CredentialKind::AzureCli);
    assert_eq!(error.source_kind(), Some(SourceKind::DeveloperTool(DeveloperTool::AzureCli)));
    let Error::DeveloperTool { error, tool } = error else { panic!("a tool is run") };
    assert_eq!(tool.to_string(), "Azure CLI");
    assert!(matches!(*error, ToolError::Command(error) if error.kind() == CommandErrorKind::Unsupported));

    let certificate =
        [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_CERTIFICATE_PATH", "/certificate")];
    let Error::ClientCertificate { error, .. } = run(&certificate, CredentialKind::Environment) else {
        panic!("a key signs")
    };
    assert_eq!(error.kind(), SignErrorKind::Unsupported);
}
