//! The programs that play developer tools, run as a client runs them.

use std::process::{Command, Output};

use managed_identity_simulator::{AssignedIdentity, Fault, SimulatedSource, Simulator};
use serde_json::Value;

use crate::support::{RESOURCE, start, start_with};

/// Runs a program of the simulator's `PATH` by its name.
fn run(simulator: &Simulator, program: &str, arguments: &[&str]) -> Output {
    let path = &simulator.environment()["PATH"];
    let folder = path.split(':').next().unwrap();
    Command::new(format!("{folder}/{program}"))
        .args(arguments)
        .env("MANAGED_IDENTITY_POWERSHELL_RESOURCE", RESOURCE)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const AZ: [&str; 6] = ["account", "get-access-token", "--output", "json", "--resource", RESOURCE];
const AZD: [&str; 7] =
    ["auth", "token", "--output", "json", "--no-prompt", "--scope", "https://vault.azure.net/.default"];
const PWSH: [&str; 3] = ["-NoProfile", "-Command", "a script & more"];

fn tools() -> [(SimulatedSource, &'static str, &'static [&'static str], &'static str); 3] {
    [
        (SimulatedSource::AzureCli, "az", &AZ, "accessToken"),
        (SimulatedSource::AzureDeveloperCli, "azd", &AZD, "token"),
        (SimulatedSource::AzurePowerShell, "pwsh", &PWSH, "token"),
    ]
}

#[test]
fn each_tool_writes_a_token_in_its_form() {
    for (source, program, arguments, member) in tools() {
        let simulator = start(source);
        let output = run(&simulator, program, arguments);
        assert!(output.status.success(), "{program}: {}", text(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let claims = simulator.verify_token(document[member].as_str().unwrap(), RESOURCE).unwrap();
        assert_eq!(claims.appid, AssignedIdentity::SYSTEM_CLIENT_ID, "{program}");
    }
}

#[test]
fn the_others_are_not_installed() {
    for (source, simulated, ..) in tools() {
        let simulator = start(source);
        for (_, program, arguments, _) in tools() {
            if program != simulated {
                let output = run(&simulator, program, arguments);
                assert_eq!(output.status.code(), Some(127));
                assert_eq!(text(&output.stderr), format!("{program}: command not found\n"));
            }
        }
    }
}

#[test]
fn faults_are_the_tools() {
    for (source, program, arguments, _) in tools() {
        let faults = [Fault::status(401).text("nobody is signed in"), Fault::not_json()];
        let simulator = start_with(source, faults);
        let refused = run(&simulator, program, arguments);
        assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(1), String::new()), "{program}");
        assert!(text(&refused.stderr).contains("nobody is signed in"), "{program}");
        let garbage = run(&simulator, program, arguments);
        assert!(garbage.status.success() && text(&garbage.stdout).contains("html"), "{program}");
    }
}

#[test]
fn a_tool_may_be_old_slow_or_say_too_much() {
    let old = |source| Simulator::builder(source).old_tool().start().unwrap();
    let output = run(&old(SimulatedSource::AzureCli), "az", &AZ);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        document["accessToken"].is_string() && document["expiresOn"].is_string() && document["expires_on"].is_null()
    );
    let output = run(&old(SimulatedSource::AzureDeveloperCli), "azd", &["auth", "token", "--claims", "e30="]);
    assert!(text(&output.stderr).contains("consoleMessage") && text(&output.stderr).contains("unknown flag: --claims"));
    let output = run(&old(SimulatedSource::AzurePowerShell), "pwsh", &PWSH);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("NO_AZ_ACCOUNTS_MODULE"), "{}", text(&output.stderr));

    let delay = std::time::Duration::from_millis(300);
    let simulator = start_with(SimulatedSource::AzureCli, [Fault::huge(1 << 20), Fault::pass().delay(delay)]);
    let begun = std::time::Instant::now();
    assert!(run(&simulator, "az", &AZ).stdout.len() >= 1 << 20);
    assert!(run(&simulator, "az", &AZ).status.success() && begun.elapsed() >= delay);
}

#[test]
fn arguments_that_no_tool_knows_are_refused() {
    let simulator = start(SimulatedSource::AzureCli);
    for (arguments, said) in [
        (&["login"][..], "only account get-access-token"),
        (&["account", "get-access-token", "--resource"], "has no value"),
        (&["account", "get-access-token", "--audience", "x"], "unrecognized arguments: --audience"),
        (&["account", "get-access-token", "--tenant", "a", "--subscription", "b"], "not both"),
        (&["account", "get-access-token", "--tenant", "another"], "AADSTS90002"),
    ] {
        let output = run(&simulator, "az", arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
    let tenant = simulator.tenant_id().to_owned();
    let scope = ["account", "get-access-token", "--scope", "https://x&y+z%=/.default", "--tenant", &tenant];
    let output = run(&simulator, "az", &scope);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(simulator.is_valid_token(document["accessToken"].as_str().unwrap(), "https://x&y+z%="));
}

#[test]
fn a_chain_has_developer_tools_only() {
    let simulator = start(SimulatedSource::AzureCli);
    assert_eq!(simulator.environment()["AZURE_TOKEN_CREDENTIALS"], "dev");
    assert_eq!(simulator.request_count(), 0);
}
