//! Whatever tools and endpoints answer, a chain ends, in time, and shows no secret.

use std::time::Duration;

use managed_identity_core::{
    AcquireFromChain, Chain, ChainOptions, CommandError, CommandErrorKind, CommandOutput, CredentialKind, Environment,
    FileError, FileErrorKind, HostFacts, HttpResponse, Platform, SignError, SignErrorKind, Signed, Step, TokenRequest,
    TransportError, TransportErrorKind, UnixTime,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// So many steps suffice for nine members with all their retries.
const MOST_STEPS: usize = 400;
const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.secret";
const ESCAPE: char = '\u{1b}';
const SECRET: &str = "s3cr3t~of~a~service~principal";

/// Pieces of what tools and services really say, so that answers often come far.
const PIECES: [&str; 18] = [
    "{",
    "}",
    "\"accessToken\":",
    "\"token\":",
    "\"access_token\":",
    "\"expires_on\":",
    "\"expiresOn\":",
    "1700003600",
    "\"2023-11-14T23:13:20Z\"",
    "\"eyJhbGciOiJub25lIn0.e30.secret\"",
    ",",
    "\n",
    "\"error\":",
    "az login",
    "AADSTS50076: {secret}",
    "\u{1b}[31m",
    "not found",
    "NO_AZ_ACCOUNTS_MODULE",
];

#[derive(Clone, Debug)]
struct Answer {
    fails: Option<u8>,
    number: u16,
    text: Vec<u8>,
    more: Vec<u8>,
    seconds: u64,
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => vec(prop::sample::select(&PIECES[..]), 0..14).prop_map(|pieces| pieces.concat().into_bytes()),
        1 => vec(any::<u8>(), 0..200),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let number = prop_oneof![3 => Just(0), 1 => Just(200), 2 => any::<u16>()];
    (prop::option::weighted(0.3, any::<u8>()), number, text(), text(), 0..20_u64)
        .prop_map(|(fails, number, text, more, seconds)| Answer { fails, number, text, more, seconds })
}

fn command_output(answer: &Answer) -> Result<CommandOutput, CommandError> {
    let kind = match answer.fails {
        None => {
            let code = (answer.number != u16::MAX).then_some(i32::from(answer.number));
            return Ok(CommandOutput::new(code, answer.text.clone(), answer.more.clone()));
        }
        Some(0..50) => CommandErrorKind::NotFound,
        Some(50..100) => CommandErrorKind::Timeout,
        Some(100..150) => CommandErrorKind::Unsupported,
        Some(150..200) => CommandErrorKind::OutputTooLarge,
        Some(200..250) => CommandErrorKind::Failed,
        Some(_) => CommandErrorKind::Denied,
    };
    Err(CommandError::new(kind, ""))
}

fn response(answer: &Answer, sent: &str) -> Result<HttpResponse, TransportError> {
    let kind = match answer.fails {
        // What was sent comes back.
        None => {
            let body = String::from_utf8_lossy(&answer.text).replace("{secret}", sent);
            return Ok(HttpResponse::new(answer.number, body.into_bytes()));
        }
        Some(0..200) => TransportErrorKind::Connect,
        Some(200..250) => TransportErrorKind::Timeout,
        Some(_) => TransportErrorKind::Denied,
    };
    Err(TransportError::new(kind, ""))
}

proptest! {
    #[test]
    fn a_chain_ends_and_hides_secrets(
        answers in vec(answer(), 1..30),
        variables in any::<[bool; 11]>(),
        default in any::<bool>(),
        budget in 1..200_u64,
    ) {
        let values = [
            ("AZURE_TENANT_ID", "t"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_CLIENT_SECRET", SECRET),
            ("AZURE_FEDERATED_TOKEN_FILE", "/token"),
            ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9"),
            ("AZURE_CLIENT_CERTIFICATE_PATH", "/certificate"),
            ("AZURE_CLIENT_CERTIFICATE_PASSWORD", SECRET),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://127.0.0.1/oidc"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", SECRET),
            ("SYSTEM_OIDCREQUESTURI", "https://127.0.0.1/oidc"),
            ("SYSTEM_ACCESSTOKEN", SECRET),
            ("AZURESUBSCRIPTION_TENANT_ID", "t"),
            ("AZURESUBSCRIPTION_CLIENT_ID", "c"),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "s"),
        ];
        let environment = Environment::from_lookup(|name| {
            let position = values.iter().position(|(known, _)| *known == name)?;
            // Those of Azure Pipelines come together.
            variables[position.min(10)].then(|| values[position].1.to_owned())
        });
        let options = ChainOptions::default();
        let options = if default { options } else { options.only(CredentialKind::ALL.iter().copied()) };
        let chain = Chain::of(&environment, HostFacts::of(Platform::Linux), &options).unwrap();
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
        let (mut now, begin) = (1_700_000_000_u64, 1_700_000_000_u64);
        let acquire = AcquireFromChain::new(chain, request).with_time_budget(Duration::from_secs(budget));
        let mut step = acquire.start(5, UnixTime::from_secs(now));
        let mut answers = answers.iter().cycle();
        let mut ended = None;
        for _ in 0..MOST_STEPS {
            let debugged = format!("{step:?}");
            prop_assert!(!debugged.contains(SECRET), "{}", debugged);
            let left = Duration::from_secs((begin + budget).saturating_sub(now));
            step = match step {
                Step::Done(outcome) => {
                    ended = Some(outcome);
                    break;
                }
                Step::Run { command, then } => {
                    prop_assert!(command.time_limit <= left && command.time_limit <= Duration::from_secs(10));
                    let answer = answers.next().unwrap();
                    now += answer.seconds;
                    then.resume(command_output(answer), UnixTime::from_secs(now))
                }
                Step::Http { call, then } => {
                    prop_assert!(call.policy().total_timeout <= left);
                    let in_header = call.request().headers().iter().any(|it| it.value().contains(SECRET));
                    let sent = if in_header || call.request().body().contains(SECRET) { SECRET } else { "" };
                    let answer = answers.next().unwrap();
                    now += answer.seconds;
                    then.resume(response(answer, sent), UnixTime::from_secs(now))
                }
                Step::ReadFile { then, .. } => then.resume(match answers.next().unwrap() {
                    Answer { fails: None, .. } => Ok(TOKEN.into()),
                    _ => Err(FileError::new(FileErrorKind::NotFound, "")),
                }),
                Step::Sign { what, then } => then.resume(match answers.next().unwrap() {
                    Answer { fails: None, text, .. } => {
                        Ok(Signed::new(what.signing_input(&[b"leaf"]).unwrap(), text.clone()))
                    }
                    _ => Err(SignError::new(SignErrorKind::Malformed, "")),
                }),
                Step::Sleep { delay, then, .. } => {
                    prop_assert!(delay <= left);
                    now += delay.as_secs();
                    then.resume()
                }
            };
        }
        let outcome = ended.expect("no end");
        let shown = match &outcome {
            Ok(token) => format!("{token:?}"),
            Err(error) => format!("{error:?} {}", error.explain()),
        };
        prop_assert!(!shown.contains(TOKEN), "{}", shown);
        prop_assert!(!shown.contains(ESCAPE), "{}", shown);
    }
}
