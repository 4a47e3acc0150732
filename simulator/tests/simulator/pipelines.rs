//! The services of Azure Pipelines and GitHub Actions, and the authority that takes their word.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, assert_token, get, post, start, with_query};

const AUDIENCE: &str = "api://AzureADTokenExchange";

fn exchange(simulator: &Simulator, tenant: &str, client: &str, assertion: &str) -> Reply {
    let scope = format!("{RESOURCE}/.default");
    let url = format!("{}{tenant}/oauth2/v2.0/token", simulator.environment()["AZURE_AUTHORITY_HOST"]);
    let form = [
        ("client_id", client),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
        ("scope", &scope),
    ];
    post(simulator, &url, &[], &form).unwrap()
}

fn ask_pipelines(simulator: &Simulator, query: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let url = with_query(&simulator.environment()["SYSTEM_OIDCREQUESTURI"], query);
    post(simulator, &url, headers, &[]).unwrap()
}

#[test]
fn a_job_of_azure_pipelines_gets_an_assertion_and_a_token() {
    let simulator = start(SimulatedSource::AzurePipelines);
    let environment = simulator.environment();
    let bearer = format!("Bearer {}", environment["SYSTEM_ACCESSTOKEN"]);
    let connection = environment["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"].as_str();
    let right = [("api-version", "7.1"), ("serviceConnectionId", connection)];
    let document = ask_pipelines(&simulator, &right, &[("authorization", &bearer)]).json();
    let assertion = document["oidcToken"].as_str().unwrap();
    let (tenant, client) = (&environment["AZURESUBSCRIPTION_TENANT_ID"], &environment["AZURESUBSCRIPTION_CLIENT_ID"]);
    let reply = exchange(&simulator, tenant, client, assertion);
    assert_token(&simulator, &reply.json(), AssignedIdentity::SYSTEM_CLIENT_ID);
    assert!(simulator.secrets().iter().any(|it| it == assertion));
    for (query, headers, status) in [
        (&right[..1], vec![("authorization", bearer.as_str())], 404),
        (&right[1..], vec![("authorization", bearer.as_str())], 400),
        (&right[..], vec![("authorization", "Bearer x"), ("x-tfs-fedauthredirect", "Suppress")], 401),
        (&right[..], vec![("authorization", "Bearer x")], 302),
    ] {
        assert_eq!(ask_pipelines(&simulator, query, &headers).status, status, "{query:?} {headers:?}");
    }
}

#[test]
fn a_job_of_github_actions_gets_an_assertion_for_the_audience_that_it_names() {
    let simulator = start(SimulatedSource::GitHubActions);
    let environment = simulator.environment();
    let bearer = format!("bearer {}", environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
    let ask = |audience: &str, bearer: &str| {
        let url = &environment["ACTIONS_ID_TOKEN_REQUEST_URL"];
        let url = format!("{url}&audience={}", audience.replace(':', "%3A").replace('/', "%2F"));
        get(&simulator, &url, &[("authorization", bearer)]).unwrap()
    };
    let (tenant, client) = (&environment["AZURE_TENANT_ID"], &environment["AZURE_CLIENT_ID"]);
    let for_audience = |audience| {
        let document = ask(audience, &bearer).json();
        exchange(&simulator, tenant, client, document["value"].as_str().unwrap())
    };
    assert_token(&simulator, &for_audience(AUDIENCE).json(), AssignedIdentity::SYSTEM_CLIENT_ID);
    let refused = for_audience("https://elsewhere").json();
    assert!(refused["error_description"].as_str().unwrap().starts_with("AADSTS700212"), "{refused}");
    assert_eq!(ask(AUDIENCE, "bearer x").status, 401);
}

#[test]
fn an_assertion_of_somebody_else_is_none() {
    let pipelines = start(SimulatedSource::AzurePipelines);
    let environment = pipelines.environment();
    let bearer = format!("Bearer {}", environment["SYSTEM_ACCESSTOKEN"]);
    let connection = environment["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"].as_str();
    let query = [("api-version", "7.1"), ("serviceConnectionId", connection)];
    let document = ask_pipelines(&pipelines, &query, &[("authorization", &bearer)]).json();
    let assertion = document["oidcToken"].as_str().unwrap();
    let github = start(SimulatedSource::GitHubActions);
    let environment = github.environment();
    let (tenant, client) = (&environment["AZURE_TENANT_ID"], &environment["AZURE_CLIENT_ID"]);
    for (assertion, code) in [(assertion, "AADSTS700211"), ("a.b.c", "AADSTS50013")] {
        let document = exchange(&github, tenant, client, assertion).json();
        assert!(document["error_description"].as_str().unwrap().starts_with(code), "{document}");
    }
}

#[test]
fn an_application_trusts_the_user_assigned_identity_alone() {
    let simulator = start(SimulatedSource::FederatedIdentity);
    let environment = simulator.environment();
    let token_of = |client_id: Option<&str>| {
        let mut query = vec![("api-version", "2019-08-01"), ("resource", AUDIENCE)];
        query.extend(client_id.map(|id| ("client_id", id)));
        let url = with_query(&environment["IDENTITY_ENDPOINT"], &query);
        let reply = get(&simulator, &url, &[("x-identity-header", &environment["IDENTITY_HEADER"])]).unwrap();
        reply.json()["access_token"].as_str().unwrap().to_owned()
    };
    let (tenant, client) = (&environment["AZURE_TENANT_ID"], &environment["AZURE_CLIENT_ID"]);
    let reply = exchange(&simulator, tenant, client, &token_of(Some(AssignedIdentity::USER_CLIENT_ID)));
    assert_token(&simulator, &reply.json(), client);
    let refused = exchange(&simulator, tenant, client, &token_of(None)).json();
    assert!(refused["error_description"].as_str().unwrap().starts_with("AADSTS700213"), "{refused}");
    let url = with_query(&environment["IDENTITY_ENDPOINT"], &[("resource", AUDIENCE)]);
    assert_eq!(get(&simulator, &url, &[]).unwrap().json()["statusCode"], 401, "in the shape of App Service");
}
