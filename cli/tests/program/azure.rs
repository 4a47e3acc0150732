//! `secret`, `storage` and `exec`, by the clients of the Azure SDK, against the simulator's vault and what its faults play.

use std::process::Command;

use managed_identity_simulator::{AssignedIdentity, Fault, FaultScript, SimulatedSource, Simulator};

use crate::support::{Outcome, RESOURCE, json, program};

const VALUE: &str = "s3cr$t'value";

fn vault() -> Simulator {
    let builder = Simulator::builder(SimulatedSource::AzureArc).services_https();
    builder.key_vault_secret("db-password", "old").key_vault_secret("db-password", VALUE).start().unwrap()
}

fn at(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = program(arguments);
    command.envs(simulator.environment());
    command
}

#[test]
fn a_secret_is_shown_in_each_form() {
    let simulator = vault();
    let show = |arguments: &[&str]| {
        let mut command = at(&simulator, &["secret", "show", "--name", "db-password"]);
        command.args(arguments);
        Outcome::of(command).success()
    };
    assert_eq!(show(&[]), format!("{VALUE}\n"));
    assert_eq!(show(&["--output", "env"]), "DB_PASSWORD='s3cr$t'\\''value'\n");
    let document = json(&show(&["--output", "json"]));
    assert_eq!(
        (&document["name"], &document["value"], &document["enabled"]),
        (&"db-password".into(), &VALUE.into(), &true.into())
    );
    let version = document["version"].as_str().unwrap();
    assert_eq!(show(&["--version", version]), format!("{VALUE}\n"));
}

#[test]
fn no_secret_is_told_on_the_way() {
    let simulator = vault();
    let mut command = at(&simulator, &["secret", "show", "--name", "db-password", "--verbose"]);
    let outcome = Outcome::of({
        command.env("RUST_LOG", "trace");
        command
    });
    assert_eq!(outcome.stdout, format!("{VALUE}\n"));
    assert!(outcome.stderr.contains("got a token"), "{}", outcome.stderr);
    for secret in simulator.secrets() {
        assert!(!outcome.stderr.contains(&secret), "a secret shows in {}", outcome.stderr);
    }
}

#[test]
fn names_are_listed_over_several_pages() {
    let names: Vec<String> = (10..60).map(|number| format!("secret-{number}")).collect();
    let builder = Simulator::builder(SimulatedSource::Imds).services_https();
    let simulator = names.iter().fold(builder, |builder, name| builder.key_vault_secret(name, VALUE)).start().unwrap();
    let text = Outcome::of(at(&simulator, &["secret", "list"])).success();
    assert_eq!(text.lines().collect::<Vec<_>>(), names);
    let array = json(&Outcome::of(at(&simulator, &["secret", "list", "--output", "json"])).success());
    assert_eq!(array.as_array().unwrap().len(), names.len());
}

#[test]
fn a_secret_that_is_not_there_is_told() {
    let simulator = vault();
    let outcome = Outcome::of(at(&simulator, &["secret", "show", "--name", "other", "--output", "json"]));
    let error = outcome.json_error(5);
    assert_eq!((&error["kind"], &error["status"]), (&"service".into(), &404.into()));
    assert!(error["message"].as_str().unwrap().contains("SecretNotFound"), "{error}");
}

#[test]
fn what_is_no_name_of_a_secret_is_not_asked_for() {
    let simulator = vault();
    let before = simulator.requests().len();
    let vault = simulator.key_vault_url().unwrap();
    let at_vault = |name: &str| format!("P={vault}/secrets/{name}");
    for arguments in [
        &["secret", "show", "--name", "../secrets"][..],
        &["secret", "show", "--name", "other/../db-password"],
        &["secret", "show", "--name", "db-password", "--version", "../db-password"],
        &["secret", "show", "--name", "db-password", "--version", ""],
        &["exec", "--secret", &at_vault("other/.."), "--", "echo", "it ran"],
        &["exec", "--secret", &at_vault(".."), "--", "echo", "it ran"],
    ] {
        let outcome = Outcome::of(at(&simulator, arguments));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?} {}", outcome.stderr);
    }
    assert_eq!(simulator.requests().len(), before);
}

#[test]
fn without_a_token_it_is_the_token_s_failure() {
    let simulator = vault();
    simulator.set_faults(FaultScript::new().then(Fault::status(400).text("Identity not found").times(9))).unwrap();
    let error = Outcome::of(at(&simulator, &["secret", "list", "--output", "json"])).json_error(5);
    assert_eq!((&error["kind"], &error["source"]), (&"endpoint".into(), &"azure-arc".into()), "{error}");
}

/// A source that speaks https, whose faults play a service that says no: to a request without a token by a challenge, and
/// after the token came by this answer.
fn refusing(challenge: bool, refusal: Fault) -> Simulator {
    let script = FaultScript::new();
    let script = if challenge {
        script.then(Fault::challenge(r#"Bearer authorization="https://a/b", resource="https://vault.azure.net""#))
    } else {
        script
    };
    let script = script.then(Fault::pass()).then(refusal.times(9));
    Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script).start().unwrap()
}

#[test]
fn whoever_lacks_a_role_is_told_which_one_on_what() {
    for (code, words) in [
        ("ForbiddenByRbac", r#"the role "Key Vault Secrets User" on the vault"#),
        ("ForbiddenByPolicy", "an access policy with the permissions get and list"),
        ("ForbiddenByFirewall", "the network rules of the vault"),
        ("SecretDisabled", "have the secret enabled"),
    ] {
        let body = format!(
            r#"{{"error":{{"code":"Forbidden","message":"Caller may not","innererror":{{"code":"{code}"}}}}}}"#
        );
        let simulator = refusing(true, Fault::status(403).body(body).header("content-type", "application/json"));
        let mut command = at(&simulator, &["secret", "show", "--name", "a", "--output", "json", "--vault"]);
        command.arg(simulator.base_url());
        let error = Outcome::of(command).json_error(5);
        let next_step = error["next_step"].as_str().unwrap();
        assert!(next_step.contains(words), "{code}: {next_step}");
        assert!(
            error["message"].as_str().unwrap().contains(&format!("answered 403 {code}: Caller may not")),
            "{error}"
        );
        if code.contains("Rbac") {
            assert!(
                next_step.contains(AssignedIdentity::SYSTEM_OBJECT_ID)
                    || next_step.contains(AssignedIdentity::USER_OBJECT_ID),
                "{next_step}"
            );
        }
    }
}

fn containers(refusal: Fault, arguments: &[&str]) -> Outcome {
    let simulator = refusing(false, refusal);
    let mut command = at(&simulator, &["storage", "containers", "--account", simulator.base_url()]);
    command.args(arguments);
    Outcome::of(command)
}

#[test]
fn a_service_that_is_waited_for_too_long_is_told_by_what_it_has_said() {
    let refusal = || Fault::status(429).header("retry-after", "60");
    for (name, outcome) in [
        ("the storage account", containers(refusal(), &["--timeout", "4s"])),
        ("the vault", {
            let simulator = refusing(true, refusal());
            let show = ["secret", "show", "--name", "a", "--timeout", "4s", "--vault", simulator.base_url()];
            Outcome::of(at(&simulator, &show))
        }),
    ] {
        assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""), "{}", outcome.stderr);
        let words = [name, "answered 429 until the time was over"];
        assert!(words.iter().all(|it| outcome.stderr.contains(it)), "{}", outcome.stderr);
    }
}

#[test]
fn containers_are_listed() {
    let page = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Containers>\
        <Container><Name>music</Name><Properties/></Container><Container><Name>pictures</Name><Properties/></Container>\
        </Containers><NextMarker/></EnumerationResults>";
    let answer = || Fault::status(200).body(page).header("content-type", "application/xml");
    assert_eq!(containers(answer(), &[]).success(), "music\npictures\n");
    assert_eq!(containers(answer(), &["--output", "json"]).success(), "[\"music\",\"pictures\"]\n");
}

#[test]
fn a_storage_account_that_refuses_names_its_role() {
    let body = "<?xml version=\"1.0\"?><Error><Code>AuthorizationPermissionMismatch</Code><Message>Not authorized.</Message></Error>";
    let refusal = Fault::status(403).body(body).header("content-type", "application/xml");
    let error = containers(refusal, &["--output", "json"]).json_error(5);
    let next_step = error["next_step"].as_str().unwrap();
    assert!(next_step.contains(r#""Storage Blob Data Reader" on the storage account"#), "{error}");
}

#[test]
fn a_command_has_secrets_and_tokens_in_its_environment() {
    let simulator = vault();
    let secret = format!("PASSWORD={}/secrets/db-password", simulator.key_vault_url().unwrap());
    let mut command = at(&simulator, &["exec", "--secret", &secret, "--token", &format!("TOKEN={RESOURCE}"), "--"]);
    command.args(["sh", "-c", r#"printf '%s\n%s\n' "$PASSWORD" "$TOKEN"; exit 42"#]);
    let outcome = Outcome::of(command);
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert_eq!((outcome.code, lines[0], outcome.stderr.as_str()), (42, VALUE, ""));
    simulator.verify_token(lines[1], RESOURCE).unwrap();
}

#[test]
fn a_command_does_not_run_without_what_it_needs() {
    let simulator = vault();
    let secret = format!("PASSWORD={}/secrets/other", simulator.key_vault_url().unwrap());
    let outcome = Outcome::of(at(&simulator, &["exec", "--secret", &secret, "--", "echo", "it ran"]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""));
}

#[test]
fn a_command_does_not_run_with_a_secret_that_is_not_whole() {
    let document = r#""id":"https://v.vault.azure.net/secrets/a/1""#;
    for (members, code, words) in [("", 5, "without a value"), (r#""value":"a\u0000b","#, 2, "has a NUL")] {
        let answer =
            || Fault::status(200).body(format!("{{{members}{document}}}")).header("content-type", "application/json");
        let simulator = refusing(true, answer());
        let secret = format!("PASSWORD={}/secrets/a", simulator.base_url());
        let outcome = Outcome::of(at(&simulator, &["exec", "--secret", &secret, "--", "echo", "it ran"]));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
    let answer = Fault::status(200).body(format!("{{{document}}}")).header("content-type", "application/json");
    let simulator = refusing(true, answer);
    let show = ["secret", "show", "--name", "a", "--vault", simulator.base_url()];
    let outcome = Outcome::of(at(&simulator, &show));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""), "{}", outcome.stderr);
}
