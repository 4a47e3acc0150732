//! What the developer tools write.

use managed_identity_core::{
    AcquireFromChain, Chain, ChainOptions, CommandOutput, CredentialKind, Environment, Error, HostFacts, Platform,
    Step, TokenRequest, UnixTime,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// A short token may be a part of any message.
const SHORTEST_TOKEN: usize = 16;

/// The members of an answer that hold the token.
const TOKEN_NAMES: [&str; 3] = ["accessToken", "token", "Token"];

/// The first byte chooses the tool, the second is its exit code; what follows a zero byte was written to its standard error.
/// What is accepted is a token that a header may carry, and no message has it.
pub fn tool(data: &[u8]) {
    let [tool, exit_code, written @ ..] = data else { return };
    let kind = match tool % 3 {
        0 => CredentialKind::AzureCli,
        1 => CredentialKind::AzurePowerShell,
        _ => CredentialKind::AzureDeveloperCli,
    };
    let (output, errors) = written.split_at(written.iter().position(|byte| *byte == 0).unwrap_or(written.len()));
    let outcome = ask(kind, CommandOutput::new(Some((*exit_code).into()), output.to_vec(), errors.to_vec()));
    match outcome {
        Ok((secret, shown)) => {
            assert_eq!(*exit_code, 0, "a tool that failed gave a token");
            assert!(!secret.is_empty() && secret.is_ascii() && !secret.contains(char::is_whitespace));
            assert!(secret.len() < SHORTEST_TOKEN || !shown.contains(&secret), "the token shows");
        }
        Err(error) => {
            let told = format!("{error} {error:?}");
            if let Ok(document) = serde_json::from_slice::<serde_json::Value>(output) {
                let tokens = TOKEN_NAMES.iter().filter_map(|name| document.get(name)?.as_str());
                for token in tokens.filter(|it| it.len() >= SHORTEST_TOKEN) {
                    let elsewhere = String::from_utf8_lossy(errors).contains(token);
                    assert!(elsewhere || !told.contains(token), "the token is in the error");
                }
            }
        }
    }
}

/// The token, and how it shows.
fn ask(kind: CredentialKind, output: CommandOutput) -> Result<(String, String), Error> {
    let options = ChainOptions::default().only([kind]);
    let chain = Chain::of(&Environment::default(), HostFacts::of(Platform::Linux), &options)?;
    let request = TokenRequest::for_resource("https://vault.azure.net")?;
    let Step::Run { then, .. } = AcquireFromChain::new(chain, request).start(1, NOW) else { panic!("nothing is run") };
    let Step::Done(outcome) = then.resume(Ok(output), NOW) else { panic!("a tool is asked once") };
    outcome.map(|token| (token.secret().to_owned(), format!("{token:?}")))
}
