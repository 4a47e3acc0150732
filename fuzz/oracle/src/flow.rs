//! A whole flow: any environment, any request, any script of answers.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use managed_identity_core::{
    AccessToken, Acquire, Error, FileError, FileErrorKind, HttpHeader, HttpResponse, Identity, Step, TokenRequest,
    TransportError, TransportErrorKind, UnixTime, detect,
};

use crate::detection::Surroundings;
use crate::secrets::{FILE_CONTENT, Secrets};

/// More than any policy of a source allows.
const MOST_STEPS: usize = 64;

const FORBIDDEN: [&str; 5] = ["connection", "host", "keep-alive", "transfer-encoding", "upgrade"];

#[derive(Arbitrary, Debug)]
struct Script {
    surroundings: Surroundings,
    resource: String,
    identity: u8,
    id: String,
    budget: u16,
    seed: u64,
    now: u32,
    answers: Vec<Answer>,
}

#[derive(Arbitrary, Debug)]
struct Answer {
    kind: u8,
    status: u16,
    challenge: Option<Vec<u8>>,
    retry_after: Option<Vec<u8>>,
    body: Vec<u8>,
    seconds: i16,
}

/// Every flow ends in bounded steps and time, sends no header that a transport forbids, keeps each secret in its place, and
/// ends the same way when it is replayed.
pub fn flow(data: &[u8]) {
    let Ok(script) = Script::arbitrary(&mut Unstructured::new(data)) else { return };
    let secrets = Secrets::new(data, &script.surroundings.environment());
    let Some(outcome) = run(&script, &secrets) else { return };
    let again = run(&script, &secrets).expect("it began before");
    match (outcome, again) {
        (Ok(token), Ok(again)) => {
            assert_eq!((token.secret(), token.expires_on()), (again.secret(), again.expires_on()));
        }
        (Err(error), Err(again)) => assert_eq!(error, again),
        (outcome, again) => panic!("{outcome:?} and then {again:?}"),
    }
}

fn run(script: &Script, secrets: &Secrets) -> Option<Result<AccessToken, Error>> {
    let Script { surroundings, answers, .. } = script;
    let detected = detect(&surroundings.environment(), surroundings.facts(), surroundings.options()).ok()?;
    let id = script.id.clone();
    let identity = match script.identity % 4 {
        0 => Identity::SystemAssigned,
        1 => Identity::ClientId(id),
        2 => Identity::ObjectId(id),
        _ => Identity::ResourceId(id),
    };
    let request = TokenRequest::for_resource(&script.resource).ok()?.with_identity(identity);
    let budget = Duration::from_secs(script.budget.into());
    let acquire = Acquire::new(detected.source, request).ok()?.with_time_budget(budget);
    let mut now = u64::from(script.now);
    let mut slept = Duration::ZERO;
    let mut answers = answers.iter();
    let mut step = acquire.start(script.seed, UnixTime::from_secs(now));
    for _ in 0..MOST_STEPS {
        let answer = match &step {
            Step::Http { .. } | Step::ReadFile { .. } => {
                let answer = answers.next();
                now = now.saturating_add_signed(answer.map_or(0, |it| it.seconds.into()));
                answer
            }
            Step::Run { .. } | Step::Sign { .. } | Step::Sleep { .. } | Step::Done(_) => None,
        };
        step = match step {
            Step::Http { call, then } => {
                let mut names = call.request().headers().iter().map(HttpHeader::name);
                assert!(!names.any(|it| FORBIDDEN.contains(&it) || it.starts_with("proxy-")));
                secrets.assert_in_place(call.request());
                assert!(call.policy().total_timeout <= budget);
                then.resume(response(answer), UnixTime::from_secs(now))
            }
            Step::ReadFile { then, .. } => then.resume(match answer {
                Some(answer) if answer.kind == 1 => Ok(FILE_CONTENT.into()),
                Some(answer) if answer.kind != 0 => Ok(answer.body.clone()),
                _ => Err(FileError::new(FileErrorKind::NotFound, "")),
            }),
            Step::Run { then, .. } => then.refuse(),
            Step::Sign { then, .. } => then.refuse(),
            Step::Sleep { delay, then, .. } => {
                slept += delay;
                now = now.saturating_add(delay.as_secs());
                then.resume()
            }
            Step::Done(outcome) => {
                assert!(slept <= budget, "it slept {slept:?} of {budget:?}");
                match &outcome {
                    Ok(token) => secrets.assert_hidden(token),
                    Err(error) => {
                        secrets.assert_hidden(error);
                        secrets.assert_hidden(&error.to_string());
                    }
                }
                return Some(outcome);
            }
        };
    }
    panic!("no end after {MOST_STEPS} steps");
}

fn response(answer: Option<&Answer>) -> Result<HttpResponse, TransportError> {
    const KINDS: [TransportErrorKind; 4] = [
        TransportErrorKind::Broken,
        TransportErrorKind::Connect,
        TransportErrorKind::Timeout,
        TransportErrorKind::Denied,
    ];
    let Some(answer) = answer else { return Err(TransportError::new(TransportErrorKind::Broken, "")) };
    if let Some(kind) = KINDS.get(usize::from(answer.kind)) {
        return Err(TransportError::new(*kind, ""));
    }
    let mut response = HttpResponse::new(answer.status, answer.body.clone());
    if let Some(challenge) = &answer.challenge {
        response = response.with_header("www-authenticate", challenge);
    }
    if let Some(retry_after) = &answer.retry_after {
        response = response.with_header("retry-after", retry_after);
    }
    Ok(response)
}
