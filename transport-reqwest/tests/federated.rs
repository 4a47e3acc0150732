//! Credentials of two parts, and those that a program names, over real TLS.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_reqwest::core::{Environment, HostFacts, Member, Platform, Verdict};
use managed_identity_reqwest::{
    ChainOptions, CredentialKind, DefaultCredential, DefaultCredentialBuilder, Error, Identity, TokenProvider,
    TokenRequest,
};
use managed_identity_simulator::{AssignedIdentity, Fault, FaultScript, SimulatedSource, Simulator};

const RESOURCE: &str = "https://vault.azure.net";

fn start(source: SimulatedSource, faults: impl IntoIterator<Item = Fault>) -> Simulator {
    let faults = faults.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(source).faults(faults).start().unwrap()
}

/// A client in the simulator's environment.
fn builder(simulator: &Simulator) -> DefaultCredentialBuilder {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let builder = DefaultCredential::builder().environment(environment, HostFacts::of(Platform::Linux));
    let builder = builder.search_path(variables.get("PATH").map(String::as_str).unwrap_or_default());
    match simulator.ca_certificate() {
        Some(authority) => builder.root_certificate(authority.der()),
        None => builder,
    }
}

fn only(simulator: &Simulator, kind: CredentialKind) -> DefaultCredentialBuilder {
    builder(simulator).options(ChainOptions::default().only([kind]))
}

const OF_A_PIPELINE: [(SimulatedSource, CredentialKind); 2] = [
    (SimulatedSource::AzurePipelines, CredentialKind::AzurePipelines),
    (SimulatedSource::GitHubActions, CredentialKind::GitHubActions),
];

#[tokio::test]
async fn a_job_gets_a_token_by_the_word_of_its_pipeline() {
    for (source, kind) in OF_A_PIPELINE {
        let simulator = start(source, []);
        let credential = only(&simulator, kind).build().unwrap();
        let token = credential.get_token(RESOURCE).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(CredentialKind::of(token.source()), kind);
        let claims = simulator.verify_token(token.secret(), RESOURCE).unwrap();
        assert_eq!(claims.appid, AssignedIdentity::SYSTEM_CLIENT_ID);
        assert_eq!(token.expires_on().as_secs(), claims.exp);
        assert!(credential.get_token(RESOURCE).await.unwrap().same(&token));
        assert_eq!(simulator.request_count(), 2, "{kind}: one for the assertion, one for the token");
    }
}

#[tokio::test]
async fn a_federated_credential_that_has_not_spread_is_waited_for() {
    for (source, kind) in OF_A_PIPELINE {
        let simulator = start(source, [Fault::pass(), Fault::aadsts(70_021)]);
        let token = only(&simulator, kind).build().unwrap().get_token(RESOURCE).await.unwrap();
        assert!(simulator.is_valid_token(token.secret(), RESOURCE));
        assert_eq!(simulator.request_count(), 3, "{kind}");
    }
}

#[tokio::test]
async fn a_pipeline_that_is_throttled_is_waited_for() {
    for (source, kind) in OF_A_PIPELINE {
        let simulator = start(source, [Fault::throttled("1"), Fault::pass(), Fault::throttled("1")]);
        let token = only(&simulator, kind).build().unwrap().get_token(RESOURCE).await.unwrap();
        assert!(simulator.is_valid_token(token.secret(), RESOURCE));
        assert_eq!(simulator.request_count(), 4, "{kind}");
    }
}

#[tokio::test]
async fn a_job_with_another_token_is_refused_and_named() {
    for ((source, kind), (name, status)) in
        OF_A_PIPELINE.into_iter().zip([("SYSTEM_ACCESSTOKEN", "401"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "401")])
    {
        let simulator = start(source, []);
        let mut variables = simulator.environment();
        variables.insert(name.to_owned(), "another~token".to_owned());
        let environment = Environment::from_lookup(|name| variables.get(name).cloned());
        let credential =
            only(&simulator, kind).environment(environment, HostFacts::of(Platform::Linux)).build().unwrap();
        let error = credential.get_token(RESOURCE).await.unwrap_err();
        assert!(matches!(error, Error::Endpoint { .. }) && error.to_string().contains(status), "{error}");
        assert!(!format!("{error} {error:?}").contains("another~token"), "{error}");
    }
}

#[tokio::test]
async fn a_managed_identity_is_the_proof_of_an_application() {
    let simulator = start(SimulatedSource::FederatedIdentity, []);
    let variables = simulator.environment();
    let (tenant, client) = (&variables["AZURE_TENANT_ID"], &variables["AZURE_CLIENT_ID"]);
    let identity = Identity::client_id(AssignedIdentity::USER_CLIENT_ID);
    let credential = builder(&simulator).federated(tenant, client, identity).build().unwrap();
    let token = credential.get_token(RESOURCE).await.unwrap();
    assert_eq!(CredentialKind::of(token.source()), CredentialKind::FederatedIdentity);
    assert_eq!(simulator.verify_token(token.secret(), RESOURCE).unwrap().appid, *client);
    // The application trusts another identity.
    let credential = builder(&simulator).federated(tenant, client, Identity::SystemAssigned).fail_fast();
    let credential = credential.time_budget(std::time::Duration::from_secs(1)).build().unwrap();
    let error = credential.get_token(RESOURCE).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS700213"), "{error}");
    assert!(error.next_step().contains("subject"), "{}", error.next_step());
}

#[tokio::test]
async fn what_a_program_knows_counts_before_the_environment() {
    let simulator = start(SimulatedSource::ClientSecret, []);
    let variables = simulator.environment();
    let [tenant, client, secret] =
        ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"].map(|name| variables[name].as_str());
    let empty = || {
        let authority = variables["AZURE_AUTHORITY_HOST"].as_str();
        let environment = Environment::default().with_variable("AZURE_AUTHORITY_HOST", authority);
        builder(&simulator).environment(environment, HostFacts::of(Platform::Linux))
    };
    let credential = empty().client_secret(tenant, client, secret).build().unwrap();
    assert!(simulator.is_valid_token(credential.get_token(RESOURCE).await.unwrap().secret(), RESOURCE));
    let error = builder(&simulator).client_secret(tenant, client, "another").build().unwrap();
    let error = error.get_token(RESOURCE).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS7000215"), "{error}");
    for (builder, kind) in [
        (empty().client_certificate(tenant, client, "/c", None), CredentialKind::Environment),
        (empty().workload_identity(tenant, client, "/t"), CredentialKind::WorkloadIdentity),
        (empty().managed_identity(Identity::SystemAssigned), CredentialKind::ManagedIdentity),
        (empty().azure_pipelines(tenant, client, "c"), CredentialKind::AzurePipelines),
        (empty().github_actions(tenant, client), CredentialKind::GitHubActions),
        (empty().azure_cli(), CredentialKind::AzureCli),
        (empty().azure_powershell(), CredentialKind::AzurePowerShell),
        (empty().azure_developer_cli(), CredentialKind::AzureDeveloperCli),
    ] {
        let credential = builder.build().unwrap();
        let members = credential.chain().members();
        assert_eq!(members.iter().map(Member::kind).collect::<Vec<_>>(), [kind]);
        let is_of_a_pipeline = matches!(kind, CredentialKind::AzurePipelines | CredentialKind::GitHubActions);
        let verdict = members[0].error().and_then(|it| it.verdict);
        assert_eq!(verdict, is_of_a_pipeline.then_some(Verdict::NotConfigured), "{kind}: there is no pipeline here");
    }
}

#[tokio::test]
async fn a_request_may_name_a_tenant_and_claims() {
    let simulator = start(SimulatedSource::ClientSecret, []);
    let credential = only(&simulator, CredentialKind::Environment).build().unwrap();
    let request = TokenRequest::for_resource(RESOURCE).unwrap();
    let token = credential.get_token(RESOURCE).await.unwrap();
    let same = request.clone().with_tenant(simulator.tenant_id());
    assert!(!TokenProvider::get_token(&credential, &same).await.unwrap().same(&token), "it is another key");
    let error = TokenProvider::get_token(&credential, &request.clone().with_tenant("contoso.com")).await.unwrap_err();
    assert!(matches!(error, Error::Configuration(_)), "{error}");
    assert!(error.next_step().contains("AZURE_ADDITIONALLY_ALLOWED_TENANTS"));
    // Claims are sent, and what meets them is kept apart.
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    let request = request.with_claims(claims);
    let first = TokenProvider::get_token(&credential, &request).await.unwrap();
    assert!(TokenProvider::get_token(&credential, &request).await.unwrap().same(&first) && !first.same(&token));
    assert!(TokenProvider::fresh_token(&credential, &request).is_none(), "only the plain path is the short one");
    let sent = simulator.requests();
    let form = &sent.last().unwrap().form;
    assert!(form.iter().any(|(name, value)| name == "claims" && value == claims), "{form:?}");
}
