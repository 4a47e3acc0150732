//! `--simulate`: each command on a fresh machine, with nothing else.

use crate::support::{Outcome, RESOURCE, json, program, trusted_sources};

fn simulated(arguments: &[&str]) -> String {
    Outcome::of(program(arguments)).success()
}

#[cfg(feature = "azure")]
#[test]
fn a_vault_is_simulated_with_every_source() {
    for source in trusted_sources() {
        let arguments = ["secret", "show", "--simulate", source.name(), "--vault", "simulated", "--name", "password"];
        assert_eq!(simulated(&arguments), "simulated\n", "{source:?}");
    }
}

#[cfg(feature = "azure")]
#[test]
fn the_simulated_vault_has_the_secrets_that_were_given_and_stands_for_every_vault() {
    for vault in ["myvault", "https://myvault.vault.azure.net/", "https://myvault.vault.azure.cn"] {
        let given = ["--simulate", "azure-arc", "--simulate-secret", "a=1", "--simulate-secret", "b=2=3"];
        let secret = |arguments: &[&str]| simulated(&[&["secret"], arguments, &["--vault", vault], &given].concat());
        assert_eq!(secret(&["list"]), "a\nb\n", "{vault}");
        assert_eq!(secret(&["show", "--name", "b"]), "2=3\n", "{vault}");
    }
    let arguments = ["secret", "list", "--vault", "simulated", "--simulate-secret", "a=1"];
    assert_eq!(Outcome::of(program(&arguments)).code, 2, "only beside a simulated source");
}

#[cfg(feature = "azure")]
#[test]
fn the_simulated_account_has_the_containers_that_were_given_and_stands_for_every_account() {
    for account in
        ["myaccount", "https://myaccount.blob.core.windows.net/", "https://myaccount.blob.core.chinacloudapi.cn"]
    {
        let arguments = ["storage", "containers", "--account", account, "--simulate", "azure-arc"];
        assert_eq!(simulated(&arguments), "simulated\n", "{account}");
        let given = ["--simulate-container", "pictures", "--simulate-container", "music"];
        assert_eq!(simulated(&[&arguments[..], &given].concat()), "music\npictures\n", "{account}");
    }
    let arguments = ["storage", "containers", "--account", "a", "--simulate-container", "music"];
    assert_eq!(Outcome::of(program(&arguments)).code, 2, "only beside a simulated source");
}

#[test]
fn a_request_to_an_account_is_answered_by_the_simulated_one() {
    let url = "https://myaccount.blob.core.windows.net/?comp=list&maxresults=1";
    let given = ["--simulate-container", "pictures", "--simulate-container", "music"];
    let page = simulated(&[&["request", "GET", url, "--simulate", "imds"][..], &given].concat());
    assert!(page.contains("<Name>music</Name>") && page.contains("<NextMarker>pictures</NextMarker>"), "{page}");
}

#[test]
fn a_request_to_a_vault_is_answered_by_the_simulated_one() {
    let vault = "https://myvault.vault.azure.net/secrets";
    let request = |url: &str| {
        let given = ["--simulate-secret", "a=1", "--simulate-secret", "b=2"];
        simulated(&[&["request", "GET", url, "--simulate", "azure-arc", "--pages"][..], &given].concat())
    };
    assert_eq!(json(&request(&format!("{vault}/b?api-version=7.5")))["value"], "2");
    let page = json(request(&format!("{vault}?api-version=7.5&maxresults=1")).lines().next().unwrap());
    assert_eq!(page["value"].as_array().unwrap().len(), 1);
}

#[test]
fn doctor_and_watch_find_nothing_wrong_with_a_simulated_source() {
    for source in trusted_sources() {
        let document = json(&simulated(&["doctor", "--simulate", source.name(), "--output", "json"]));
        assert_eq!(document["exit_code"], 0, "{document}");
    }
    let arguments = ["watch", "--simulate", "imds", "--resource", RESOURCE, "--rounds", "2", "--every", "10ms"];
    assert!(simulated(&arguments).contains(" ok: a token from "));
}

#[test]
fn no_proxy_comes_between_the_program_and_what_it_simulates() {
    let mut commands = vec![
        vec!["token", "--simulate", "workload-identity", "--resource", RESOURCE, "--timeout", "20s"],
        vec!["token", "--simulate", "client-secret", "--resource", RESOURCE, "--timeout", "20s"],
        vec!["request", "GET", "https://v.vault.azure.net/secrets/password?api-version=7.5", "--simulate", "imds"],
    ];
    if cfg!(feature = "azure") {
        commands.push(vec!["secret", "list", "--simulate", "imds", "--vault", "v"]);
        commands.push(vec!["storage", "containers", "--simulate", "imds", "--account", "a"]);
    }
    for arguments in commands {
        let mut command = program(&arguments);
        for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, "http://127.0.0.1:9");
        }
        for name in ["NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        assert_eq!(Outcome::of(command).code, 0, "{arguments:?}");
    }
}
