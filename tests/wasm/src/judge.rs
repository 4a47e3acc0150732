//! Compares what a component answers with what a vector expects.

use std::fmt::Debug;

use managed_identity_tests::expect::{self, Verdict, same};
use managed_identity_tests::outcome::{ErrorOutcome, Outcome, TokenOutcome};
use managed_identity_tests::vector::Vector;

use crate::bindings::host::types::{self, Denial, ErrorReason, Evidence, Rejection, Token};

/// Compares the end of the vector's flow.
pub(crate) fn outcome(found: &Result<Token, types::Error>, vector: &Vector) -> Verdict {
    match (found, &vector.outcome) {
        (Ok(found), Outcome::Token(expected)) => token(found, expected, vector.now),
        (Err(found), Outcome::Error(expected)) => error(found, expected)
            .and_then(|()| source(found.evidence.as_ref(), vector))
            .map_err(|it| format!("{it}; the message is: {}", found.message)),
        (Ok(_), Outcome::Error(_)) => Err("expected an error, found a token".to_owned()),
        (Err(found), Outcome::Token(_)) => {
            Err(format!("expected a token, found {:?}: {}", found.reason, found.message))
        }
    }
}

/// An error names the source that was found.
fn source(evidence: Option<&Evidence>, vector: &Vector) -> Verdict {
    let Some(evidence) = evidence else { return Ok(()) };
    same("evidence.source", &Some(evidence.source.as_str()), &vector.detected.map(|kind| kind.as_str()))
}

fn token(found: &Token, expected: &TokenOutcome, now: u64) -> Verdict {
    same("secret", &found.access_token, &expected.secret)?;
    same("token_type", &found.token_type, &expected.token_type)?;
    same("resource", &found.resource, &expected.resource)?;
    same("source", &found.source, &expected.source)?;
    same("client_id", &found.identity.client_id, &expected.identity.client_id)?;
    same("object_id", &found.identity.object_id, &expected.identity.object_id)?;
    same("resource_id", &found.identity.resource_id, &expected.identity.resource_id)?;
    let ahead = found.clock_ahead_by.map(|it| it / 1000);
    same("clock_ahead_seconds", &ahead, &expected.clock_ahead_seconds)?;
    expect::moment("expires_on", found.expires_on, &expected.expires_on, now)?;
    match (found.refresh_on, &expected.refresh_on) {
        (None, None) => Ok(()),
        (Some(found), Some(expected)) => expect::moment("refresh_on", found, expected, now),
        (found, expected) => Err(format!("refresh_on: expected {expected:?}, found {found:?}")),
    }
}

fn error(found: &types::Error, expected: &ErrorOutcome) -> Verdict {
    let (kind, variant) = kind_and_variant(&found.reason)?;
    same("kind", &kind, &expected.kind.as_str())?;
    same("variant", &variant, &expected.variant)?;
    same("fault", &name(&found.fault), &expected.fault)?;
    same("transient", &found.transient, &expected.transient)?;
    let evidence: Option<&Evidence> = found.evidence.as_ref();
    let is_configuration = matches!(found.reason, ErrorReason::Configuration(_));
    let about = found.source.clone().filter(|_| is_configuration);
    same("source", &about, &expected.source)?;
    same("attempts", &evidence.map(|it| it.attempts), &expected.attempts)?;
    same("stopped", &evidence.map(|it| name(&it.stopped)), &expected.stopped)?;
    let rejection: Option<&Rejection> = match &found.reason {
        ErrorReason::Rejected(rejection) => Some(rejection),
        ErrorReason::ForeignService(foreign) => Some(&foreign.answer),
        _ => None,
    };
    let description = expected.description.as_ref().map(|it| it.text()).transpose()?;
    same("status", &rejection.map(|it| it.status), &expected.status)?;
    same("code", &rejection.and_then(|it| it.code.clone()), &expected.code)?;
    same("correlation_id", &rejection.and_then(|it| it.correlation_id.clone()), &expected.correlation_id)?;
    same("description", &rejection.and_then(|it| it.description.clone()), &description)?;
    // Who asks a stranger again when it likes is no nearer to a token.
    let retry_after = match &found.reason {
        ErrorReason::Rejected(rejection) => rejection.retry_after.map(|it| it / 1000),
        _ => None,
    };
    same("retry_after_seconds", &retry_after, &expected.retry_after_seconds)?;
    expect::message(&found.message, &found.next_step, expected)
}

/// The reason in the words of the vectors.
fn kind_and_variant(reason: &ErrorReason) -> Result<(&'static str, Option<String>), String> {
    Ok(match reason {
        ErrorReason::Challenge(problem) => ("challenge", Some(name(problem))),
        ErrorReason::Configuration(problem) => ("configuration", Some(name(problem))),
        ErrorReason::CredentialFile(file) => ("credential-file", Some(name(&file.problem))),
        ErrorReason::Denied(Denial::Call(_)) => ("transport", Some("denied".to_owned())),
        ErrorReason::Denied(Denial::File(_)) => ("credential-file", Some("denied".to_owned())),
        ErrorReason::ForeignService(foreign) => ("foreign-service", Some(name(&foreign.service))),
        ErrorReason::InvalidResponse(problem) => ("invalid-response", Some(name(problem))),
        ErrorReason::Rejected(_) => ("endpoint", None),
        ErrorReason::Unavailable(failure) => ("transport", Some(name(failure))),
        ErrorReason::Unsupported(field) => ("transport", Some(format!("unsupported-{}", name(field)))),
        ErrorReason::Denied(_) | ErrorReason::Other(_) => return Err(format!("no vector expects {reason:?}")),
    })
}

/// The name of an enum's case as the interface spells it.
fn name(case: &impl Debug) -> String {
    let text = format!("{case:?}");
    expect::kebab(text.rsplit("::").next().unwrap_or(&text))
}
