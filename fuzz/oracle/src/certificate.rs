//! The file of a service principal's certificate and private key.

use managed_identity_core::{
    AcquireFromChain, Chain, ChainOptions, CredentialKind, Environment, HostFacts, Platform, Step, TokenRequest,
    UnixTime,
};
use managed_identity_reqwest::sign;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The password of the files of `transport-reqwest/tests/certificates`.
const PASSWORD: &str = "pa55~word";

/// The shortest line of a file that no message may repeat.
const SHORTEST_LINE: usize = 40;

/// The first byte says whether there is a password and which algorithm is asked for. What is signed is an assertion that the
/// flow sends; what is refused is told without a line of the file.
pub fn certificate(data: &[u8]) {
    let [choice, content @ ..] = data else { return };
    let mut environment = Environment::default()
        .with_variable("AZURE_TENANT_ID", if choice & 2 == 0 { "tenant" } else { "adfs" })
        .with_variable("AZURE_CLIENT_ID", "client")
        .with_variable("AZURE_CLIENT_CERTIFICATE_PATH", "/c");
    if choice & 1 == 1 {
        environment = environment.with_variable("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSWORD);
    }
    let options = ChainOptions::default().only([CredentialKind::Environment]);
    let chain = Chain::of(&environment, HostFacts::of(Platform::Linux), &options).expect("an environment for it");
    let request = TokenRequest::for_resource("https://vault.azure.net").expect("a resource");
    let Step::ReadFile { then, .. } = AcquireFromChain::new(chain, request).start(1, NOW) else { panic!("no file") };
    let Step::Sign { what, then } = then.resume(Ok(content.to_vec())) else { return };
    let signed = sign(&what);
    if let Err(error) = &signed {
        assert_no_line(content, &format!("{error} {error:?}"));
    }
    let is_signed = signed.is_ok();
    match then.resume(signed) {
        Step::Http { call, .. } => {
            assert!(is_signed && call.request().body().contains("client_assertion="), "sent without a signature");
        }
        Step::Done(Err(error)) => {
            assert!(!is_signed, "{error}");
            assert_no_line(content, &error.to_string());
        }
        step => panic!("{step:?}"),
    }
}

fn assert_no_line(content: &[u8], told: &str) {
    let content = String::from_utf8_lossy(content);
    let mut lines = content.split_ascii_whitespace().filter(|line| line.len() >= SHORTEST_LINE);
    assert!(!lines.any(|line| told.contains(line)), "a line of the file is in the error");
}
