//! Compares what the package handed out, as JSON, with what a vector expects.

use managed_identity_tests::expect::{Verdict, message, moment, same};
use managed_identity_tests::outcome::{ErrorOutcome, Outcome, TokenOutcome};
use managed_identity_tests::transcript::Content;
use serde_json::{Value, json};

pub(crate) fn judge(found: &Value, expected: &Outcome, now: u64) -> Verdict {
    match (expected, found.get("token"), found.get("error")) {
        (Outcome::Token(expected), Some(found), None) => token(found, expected, now),
        (Outcome::Error(expected), None, Some(found)) => error(found, expected),
        (Outcome::Token(_), ..) => Err("expected a token".to_owned()),
        (Outcome::Error(_), ..) => Err("expected an error".to_owned()),
    }
}

fn token(found: &Value, expected: &TokenOutcome, now: u64) -> Verdict {
    same("token", &found["token"], &json!(expected.secret))?;
    same("tokenType", &found["tokenType"], &json!(expected.token_type))?;
    same("resource", &found["resource"], &json!(expected.resource))?;
    same("source", &found["source"], &json!(expected.source))?;
    same("clientId", &found["clientId"], &json!(expected.identity.client_id))?;
    same("objectId", &found["objectId"], &json!(expected.identity.object_id))?;
    same("resourceId", &found["resourceId"], &json!(expected.identity.resource_id))?;
    same(
        "clockAheadByMs",
        &found["clockAheadByMs"].as_f64(),
        &expected.clock_ahead_seconds.map(|it| it as f64 * 1000.0),
    )?;
    moment("expiresOnTimestamp", seconds(&found["expiresOnTimestamp"])?, &expected.expires_on, now)?;
    match (&found["refreshOnTimestamp"], &expected.refresh_on) {
        (Value::Null, None) => Ok(()),
        (found, Some(expected)) => moment("refreshOnTimestamp", seconds(found)?, expected, now),
        (found, None) => Err(format!("refreshOnTimestamp: expected none, found {found}")),
    }
}

fn seconds(milliseconds: &Value) -> Result<u64, String> {
    let seconds = milliseconds.as_f64().ok_or_else(|| format!("{milliseconds} is no time"))? / 1000.0;
    Ok(seconds as u64)
}

fn error(found: &Value, expected: &ErrorOutcome) -> Verdict {
    same("name", &found["name"], &json!("ManagedIdentityError"))?;
    same("code", &found["code"], &json!(expected.kind))?;
    same("problem", &found["problem"], &json!(expected.variant))?;
    same("fault", &found["fault"], &json!(expected.fault))?;
    same("isTransient", &found["isTransient"], &json!(expected.transient))?;
    let retry_after = found["retryAfterMs"].as_f64().map(|it| (it / 1000.0) as u64);
    same("retryAfterMs", &retry_after, &expected.retry_after_seconds)?;
    same("attempts", &found["attempts"].as_f64(), &expected.attempts.map(f64::from))?;
    same("stopped", &found["stopped"], &json!(expected.stopped))?;
    same("status", &found["status"].as_f64(), &expected.status.map(f64::from))?;
    same("serviceCode", &found["serviceCode"], &json!(expected.code))?;
    let description = expected.description.as_ref().map(Content::text).transpose()?;
    same("serviceDescription", &found["serviceDescription"], &json!(description))?;
    same("correlationId", &found["correlationId"], &json!(expected.correlation_id))?;
    let text = |name: &str| found[name].as_str().unwrap_or_default();
    message(text("message"), text("nextStep"), expected)
}
