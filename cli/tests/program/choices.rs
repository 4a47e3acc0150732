//! `--credential`: what may be chosen, on every system.

use std::path::Path;

use crate::support::{Outcome, RESOURCE, json, program};

#[test]
fn a_managed_identity_is_simulated_for_a_chain() {
    for source in ["azure-arc", "imds"] {
        for chosen in ["default", "managed-identity"] {
            let arguments = ["token", "--credential", chosen, "--simulate", source, "--resource", RESOURCE];
            let document = json(&Outcome::of(program(&arguments)).success());
            assert_eq!(
                (&document["source"], &document["credential"]),
                (&source.into(), &"managed-identity".into()),
                "{chosen}"
            );
        }
    }
}

#[test]
fn detection_tells_what_is_not_installed() {
    let mut command = program(&["detect", "--credential", "azure-cli"]);
    let missing = std::env::temp_dir().join("does-not-exist");
    command.env("PATH", std::env::join_paths([missing.as_path(), Path::new("relative")]).unwrap());
    let text = Outcome::of(command).success();
    assert!(text.contains("Azure CLI            not here: az is in no absolute folder of PATH"), "{text}");
    assert!(text.ends_with("No request was sent, and no program was run.\n"), "{text}");
}

#[test]
fn a_choice_that_is_none_is_refused() {
    for arguments in [["--credential", "visual-studio"], ["--credential", ""]] {
        let mut command = program(&["token", "--resource", RESOURCE]);
        command.args(arguments);
        assert_eq!(Outcome::of(command).code, 2, "{arguments:?}");
    }
    for of_managed_identity in [["--source", "imds"], ["--key-directory", "/keys"]] {
        let mut command = program(&["token", "--resource", RESOURCE, "--credential", "default", "--output", "json"]);
        command.args(of_managed_identity);
        assert_eq!(Outcome::of(command).json_error(2)["kind"], "usage");
    }
    let mut command = program(&["token", "--resource", RESOURCE, "--credential", "default", "--output", "json"]);
    command.env("AZURE_TOKEN_CREDENTIALS", "everything");
    let error = Outcome::of(command).json_error(2);
    assert!(error["message"].as_str().unwrap().contains("AZURE_TOKEN_CREDENTIALS"), "{error}");
}
