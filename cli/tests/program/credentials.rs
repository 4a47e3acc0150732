//! `--credential`: chains of credentials, with the real program, real processes and real sockets.

use managed_identity_simulator::{Fault, SimulatedSource, Simulator};

use crate::support::{Outcome, RESOURCE, json, program, simulator, token};

const TOOLS: [SimulatedSource; 3] =
    [SimulatedSource::AzureCli, SimulatedSource::AzureDeveloperCli, SimulatedSource::AzurePowerShell];

#[test]
fn a_credential_is_simulated_within_the_command() {
    for (source, credential) in [
        ("client-secret", "environment"),
        ("client-certificate", "environment"),
        ("workload-identity", "workload-identity"),
        ("azure-cli", "azure-cli"),
        ("azure-developer-cli", "azure-developer-cli"),
        ("azure-powershell", "azure-powershell"),
    ] {
        for chosen in ["default", credential] {
            let arguments = ["token", "--credential", chosen, "--simulate", source, "--resource", RESOURCE];
            let document = json(&Outcome::of(program(&arguments)).success());
            assert_eq!(
                (&document["source"], &document["credential"]),
                (&source.into(), &credential.into()),
                "{chosen}"
            );
        }
    }
}

#[test]
fn a_credential_that_has_to_be_named_is_simulated_too() {
    for source in ["azure-pipelines", "github-actions", "federated"] {
        for arguments in [&["--credential", source][..], &[]] {
            let mut command = program(&["token", "--simulate", source, "--resource", RESOURCE, "--output", "json"]);
            command.args(arguments);
            let document = json(&Outcome::of(command).success());
            assert_eq!((&document["source"], &document["credential"]), (&source.into(), &source.into()), "{source}");
        }
        let error =
            Outcome::of(program(&["token", "--credential", source, "--resource", RESOURCE, "--output", "json"]));
        let error = error.json_error(3);
        assert_eq!(error["members"][0]["verdict"], "not-configured", "{error}");
    }
}

#[test]
fn a_certificate_that_cannot_be_used_ends_the_chain() {
    let simulator = simulator(SimulatedSource::ClientCertificate, []);
    let mut command = token(&simulator, &["--credential", "default", "--output", "json"]);
    command.env("AZURE_CLIENT_CERTIFICATE_PATH", env!("CARGO_MANIFEST_DIR").to_owned() + "/Cargo.toml");
    let error = Outcome::of(command).json_error(2);
    assert!(error["message"].as_str().unwrap().contains("neither PEM nor PKCS#12"), "{error}");
    assert_eq!(error["members"][0]["verdict"], "refused");
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn a_simulated_tool_needs_no_other_choice() {
    let arguments = ["token", "--simulate", "azure-cli", "--resource", RESOURCE, "--output", "json"];
    assert_eq!(json(&Outcome::of(program(&arguments)).success())["credential"], "azure-cli");
}

#[test]
fn tools_are_found_in_the_path() {
    for source in TOOLS {
        let simulator = simulator(source, []);
        for chosen in ["default", source.name()] {
            let document = json(&Outcome::of(token(&simulator, &["--credential", chosen])).success());
            assert_eq!(document["credential"], source.name(), "{chosen}");
            simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();
        }
    }
}

#[test]
fn a_command_runs_where_a_tool_is_simulated() {
    let inner = [env!("CARGO_BIN_EXE_managed-identity"), "token", "--credential", "default", "--resource", RESOURCE];
    for source in TOOLS {
        let mut command = program(&["simulate", "run", source.name(), "--"]);
        command.args(inner);
        assert_eq!(json(&Outcome::of(command).success())["credential"], source.name());
    }
}

#[test]
fn a_failure_has_a_line_for_each_member() {
    let said = Fault::status(401).text("Please run 'az login' to setup account.");
    let simulator = simulator(SimulatedSource::AzureCli, [said.clone(), said]);
    let error = Outcome::of(token(&simulator, &["--credential", "default", "--output", "json"])).json_error(3);
    assert_eq!(error["kind"], "chain");
    let members = error["members"].as_array().unwrap();
    let verdicts: Vec<_> = members.iter().map(|it| (it["credential"].as_str(), it["verdict"].as_str())).collect();
    let expected = ["azure-cli", "azure-powershell", "azure-developer-cli"].map(|it| (Some(it), Some("not-here")));
    assert_eq!(verdicts, expected);
    assert!(members[0]["reason"].as_str().unwrap().contains("nobody is signed in"), "{error}");
    assert_eq!(members[0]["next_step"], "run az login");
    let outcome = Outcome::of(token(&simulator, &["--credential", "default"]));
    assert_eq!(outcome.code, 3);
    for line in ["  Azure CLI: not here: nobody is signed in", "  Azure Developer CLI: not here:"] {
        assert!(outcome.stderr.contains(line), "{}", outcome.stderr);
    }
}

#[test]
fn a_wrong_secret_ends_the_chain_and_shows_no_secret() {
    let simulator = simulator(SimulatedSource::ClientSecret, []);
    let mut command = token(&simulator, &["--credential", "default", "--output", "json"]);
    command.env("AZURE_CLIENT_SECRET", "wr0ng~secret").env_remove("SSL_CERT_FILE");
    command.env("SSL_CERT_FILE", simulator.environment()["SSL_CERT_FILE"].as_str());
    let outcome = Outcome::of(command);
    assert!(!outcome.stderr.contains("wr0ng~secret"), "{}", outcome.stderr);
    let error = outcome.json_error(5);
    assert!(error["message"].as_str().unwrap().contains("AADSTS7000215"), "{error}");
    assert_eq!(error["members"][1]["verdict"], serde_json::Value::Null);
}

#[test]
fn a_tenant_is_for_a_choice_of_credentials() {
    let simulator = simulator(SimulatedSource::AzureCli, []);
    let tenant = simulator.tenant_id().to_owned();
    Outcome::of(token(&simulator, &["--credential", "azure-cli", "--tenant", &tenant])).success();
    let other = Outcome::of(token(&simulator, &["--credential", "azure-cli", "--tenant", "other", "--output", "json"]));
    assert_eq!(other.json_error(5)["kind"], "developer_tool");
    let alone = Outcome::of(program(&["token", "--resource", RESOURCE, "--tenant", "t"]));
    assert_eq!(alone.code, 2);
}

#[test]
fn detection_tells_of_every_member_and_asks_none() {
    let simulator = simulator(SimulatedSource::AzureCli, []);
    let mut command = program(&["detect", "--credential", "default", "--output", "json"]);
    command.envs(simulator.environment()).env("AZURE_TOKEN_CREDENTIALS", "").env("AZURE_CLIENT_ID", "c");
    let document = json(&Outcome::of(command).success());
    let members = document["members"].as_array().unwrap();
    let found: Vec<_> = members.iter().map(|it| (it["credential"].as_str().unwrap(), it["verdict"].as_str())).collect();
    let expected = [
        ("environment", Some("not-configured")),
        ("workload-identity", Some("not-configured")),
        ("managed-identity", None),
        ("azure-cli", None),
        ("azure-powershell", None),
        ("azure-developer-cli", None),
    ];
    assert_eq!(found, expected);
    assert_eq!(members[2]["source"], "imds");
    assert!(members[3]["program"].as_str().unwrap().ends_with("/az"));
    assert!(members[0]["reason"].as_str().unwrap().contains("AZURE_CLIENT_SECRET"));
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn a_tool_that_is_too_old_says_which_version_is_needed() {
    for (source, expected) in
        [(SimulatedSource::AzureCli, "Azure CLI 2.54.0"), (SimulatedSource::AzurePowerShell, "Az.Accounts")]
    {
        let simulator = Simulator::builder(source).old_tool().start().unwrap();
        let mut command =
            program(&["token", "--resource", RESOURCE, "--output", "json", "--credential", source.name()]);
        command.envs(simulator.environment());
        let outcome = Outcome::of(command);
        assert!(outcome.code != 0 && outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
}
