//! A chain of developer tools on a machine where only the last one works: what it costs beyond the tool that it starts.
//!
//! The tool is a shell's script. What this process takes is measured, so the tool's own time is not in it; that of its start
//! is, and is shown beside it: a bare start of the same script.

use std::error::Error;
use std::hint::black_box;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use managed_identity_benchmarks::RESOURCE;
use managed_identity_benchmarks::measure::{Runtime, medians, own_time};
use managed_identity_benchmarks::report::Report;
use managed_identity_reqwest::core::{Environment, HostFacts, Platform};
use managed_identity_reqwest::{AsyncEffects, CredentialKind, DefaultCredential, NativeEffects};

const ROUNDS: usize = 101;
const ANSWER: &str = r#"{"token":"eyJ0eXAi","expiresOn":"2099-12-31T23:59:59Z"}"#;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let tool = folder.path().join("azd");
    std::fs::write(&tool, format!("#!/bin/sh\necho '{ANSWER}'\n"))?;
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755))?;
    let runtime = Runtime::new();
    let effects: Arc<dyn AsyncEffects> = Arc::new(NativeEffects::builder().search_path(folder.path()).build());
    let credential = || last_of(Arc::clone(&effects));
    let token = runtime.run(credential()?.get_token(RESOURCE))?;
    assert_eq!(CredentialKind::of(token.source()), CredentialKind::AzureDeveloperCli);

    let [chain, bare] = medians(
        ROUNDS,
        [
            &mut || {
                let credential = credential().expect("one could be made before");
                let begun = own_time();
                drop(black_box(runtime.run(credential.get_token(RESOURCE)).expect("the tool answers")));
                (own_time() - begun).as_nanos() as f64
            },
            &mut || {
                let begun = own_time();
                let output = std::process::Command::new(&tool).output().expect("the tool can be started");
                drop(black_box(output));
                (own_time() - begun).as_nanos() as f64
            },
        ],
    );
    report.ratio("chain-to-bare-start-of-its-tool", chain, bare);
    report.budget("chain-own-milliseconds", chain / 1e6, 5.0);
    Ok(())
}

/// The chain of developer tools, of which the last one is there. It has no token yet. The members before them are not asked:
/// whether the metadata service is there is a question to the network, and none of time.
fn last_of(effects: Arc<dyn AsyncEffects>) -> Result<DefaultCredential, Box<dyn Error>> {
    let variables = |name: &str| (name == "AZURE_TOKEN_CREDENTIALS").then(|| "dev".to_owned());
    let environment = Environment::from_lookup(variables);
    let builder = DefaultCredential::builder().environment(environment, HostFacts::of(Platform::Linux));
    Ok(builder.effects(effects).build()?)
}
