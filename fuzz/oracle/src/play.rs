//! Any flow, played with any script of answers.

use std::time::Duration;

use arbitrary::Arbitrary;
use managed_identity_core::{
    AccessToken, CommandError, CommandErrorKind, CommandOutput, CommandRequest, Error, FileError, FileErrorKind,
    HttpHeader, HttpResponse, Identity, SignError, SignErrorKind, SignRequest, Signed, Step, TransportError,
    TransportErrorKind, UnixTime,
};

use crate::secrets::{FILE_CONTENT, Secrets};

/// More than the policies of all sources allow together once the answers are used up, since then nothing is waited for.
const MOST_STEPS: usize = 256;

/// A file that is read, a wait, and a challenge that costs another request.
const MOST_STEPS_FOR_AN_ANSWER: usize = 4;

const FORBIDDEN: [&str; 5] = ["connection", "host", "keep-alive", "transfer-encoding", "upgrade"];

/// What the outside world answers, whatever it is asked.
#[derive(Arbitrary, Debug)]
pub(crate) struct Answer {
    kind: u8,
    status: u16,
    challenge: Option<Vec<u8>>,
    retry_after: Option<Vec<u8>>,
    body: Vec<u8>,
    seconds: i16,
}

/// The identity to ask for, from a number and an id.
pub(crate) fn identity(number: u8, id: &str) -> Identity {
    let id = id.to_owned();
    match number % 4 {
        0 => Identity::SystemAssigned,
        1 => Identity::ClientId(id),
        2 => Identity::ObjectId(id),
        _ => Identity::ResourceId(id),
    }
}

/// Plays a flow that begins with this step, and looks at all that it does: it ends in bounded steps and time, sends no header
/// that a transport forbids, and keeps each secret in its place.
pub(crate) fn play(
    mut step: Step,
    mut now: u64,
    answers: &[Answer],
    budget: Duration,
    secrets: &Secrets,
) -> Result<AccessToken, Error> {
    let most_steps = MOST_STEPS + MOST_STEPS_FOR_AN_ANSWER * answers.len();
    let mut slept = Duration::ZERO;
    let mut answers = answers.iter();
    for _ in 0..most_steps {
        secrets.assert_hidden(&step);
        let answer = match &step {
            Step::Sleep { .. } | Step::Done(_) => None,
            _ => answers.next(),
        };
        now = now.saturating_add_signed(answer.map_or(0, |it| it.seconds.into()));
        step = match step {
            Step::Http { call, then } => {
                let mut names = call.request().headers().iter().map(HttpHeader::name);
                assert!(!names.any(|it| FORBIDDEN.contains(&it) || it.starts_with("proxy-")));
                secrets.assert_in_place(call.request());
                assert!(call.policy().total_timeout <= budget);
                then.resume(response(answer), UnixTime::from_secs(now))
            }
            Step::ReadFile { then, .. } => then.resume(content(answer)),
            Step::Run { command, then } => {
                assert_well_formed(&command);
                secrets.assert_hidden(&(&command.arguments, &command.environment));
                assert!(command.time_limit <= budget);
                then.resume(output(answer), UnixTime::from_secs(now))
            }
            Step::Sign { what, then } => then.resume(signed(&what, answer)),
            Step::Sleep { delay, then, .. } => {
                slept += delay;
                now = now.saturating_add(delay.as_secs());
                then.resume()
            }
            Step::Done(outcome) => {
                assert!(slept <= budget, "it slept {slept:?} of {budget:?}");
                if let Err(error) = &outcome {
                    secrets.assert_hidden(&error.to_string());
                }
                return outcome;
            }
        };
    }
    panic!("no end after {most_steps} steps");
}

/// The same flow, played again, ends the same way.
pub(crate) fn assert_same(outcome: Result<AccessToken, Error>, again: Result<AccessToken, Error>) {
    match (outcome, again) {
        (Ok(token), Ok(again)) => {
            assert_eq!((token.secret(), token.expires_on()), (again.secret(), again.expires_on()));
        }
        (Err(error), Err(again)) => assert_eq!(error, again),
        (outcome, again) => panic!("{outcome:?} and then {again:?}"),
    }
}

/// What is run is a program by its name, and no argument of it can be taken for another by a shell of Windows.
fn assert_well_formed(command: &CommandRequest) {
    assert!(!command.programs.is_empty() && command.programs.iter().all(|it| !it.contains(['/', '\\'])));
    let plain = |it: &String| !it.contains(|c: char| c.is_control() || "\"%&|<>^".contains(c));
    assert!(
        command.programs[0] == "pwsh" || command.programs[0] == "powershell" || command.arguments.iter().all(plain)
    );
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

fn content(answer: Option<&Answer>) -> Result<Vec<u8>, FileError> {
    match answer {
        Some(answer) if answer.kind == 1 => Ok(FILE_CONTENT.into()),
        Some(answer) if answer.kind != 0 => Ok(answer.body.clone()),
        _ => Err(FileError::new(FileErrorKind::NotFound, "")),
    }
}

fn output(answer: Option<&Answer>) -> Result<CommandOutput, CommandError> {
    const KINDS: [CommandErrorKind; 6] = [
        CommandErrorKind::NotFound,
        CommandErrorKind::Denied,
        CommandErrorKind::Failed,
        CommandErrorKind::OutputTooLarge,
        CommandErrorKind::Timeout,
        CommandErrorKind::Unsupported,
    ];
    let Some(answer) = answer else { return Err(CommandError::new(CommandErrorKind::NotFound, "")) };
    if let Some(kind) = KINDS.get(usize::from(answer.kind)) {
        return Err(CommandError::new(*kind, ""));
    }
    let exit_code = (answer.kind % 8 != 7).then(|| answer.status.into());
    Ok(CommandOutput::new(exit_code, answer.body.clone(), answer.challenge.clone().unwrap_or_default()))
}

fn signed(what: &SignRequest, answer: Option<&Answer>) -> Result<Signed, SignError> {
    const KINDS: [SignErrorKind; 4] =
        [SignErrorKind::Malformed, SignErrorKind::Denied, SignErrorKind::NoKey, SignErrorKind::Unsupported];
    let kind = answer.map_or(Some(&KINDS[0]), |answer| KINDS.get(usize::from(answer.kind)));
    match (answer, kind) {
        (Some(answer), None) => {
            let input = what.signing_input(&[&answer.body]).expect("there is a certificate");
            Ok(Signed::new(input, answer.challenge.clone().unwrap_or_default()))
        }
        (_, kind) => Err(SignError::new(*kind.expect("an error without an answer"), "")),
    }
}
