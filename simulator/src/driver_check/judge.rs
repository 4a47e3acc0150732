//! Holds what a driver did and said against what it had promised.

use std::time::Duration;

use super::call::DriverCall;
use super::finding::Verdict;
use super::outcome::{DriverError, DriverOutcome};
use super::row::{DriverRow, LIMIT, Right, TOLERANCE};

/// What the peers of a row have seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What arrived where the call was for: each request as it came, head and body.
    pub(super) requests: Vec<String>,
    /// How many connections there are at the moment where the call was for.
    pub(super) open: usize,
    /// How many connections came to where the call was not for: the redirect's target, or the proxy.
    pub(super) elsewhere: usize,
}

pub(super) fn judge(
    row: DriverRow,
    call: &DriverCall,
    outcome: &DriverOutcome,
    elapsed: Duration,
    seen: &Seen,
) -> Verdict {
    let verdict = match outcome {
        _ if seen.elsewhere > 0 => Err(elsewhere(row, outcome).to_owned()),
        _ if !seen.requests.is_empty() && matches!(row, DriverRow::Pin | DriverRow::Untrusted) => {
            let why = if row == DriverRow::Pin {
                "the certificate is not the pinned one"
            } else {
                "nobody vouches for the certificate"
            };
            Err(format!("bytes of the request arrived although {why}"))
        }
        DriverOutcome::Failed(DriverError::Unsupported(promise)) => return refusal(row, promise, seen),
        _ => in_time(row, elapsed).and_then(|()| match row.right() {
            Right::Answer { status, body } => {
                answered(row, outcome, status, body).and_then(|()| arrived(row, call, seen))
            }
            Right::Failure(right) => failed(row, outcome, right, call.max_body),
        }),
    };
    verdict.map_or_else(Verdict::Broken, |()| Verdict::Kept)
}

fn elsewhere(row: DriverRow, outcome: &DriverOutcome) -> &'static str {
    match (row, outcome) {
        (DriverRow::Proxy, _) => {
            "the call went to the proxy of the environment; an endpoint on this machine is asked directly"
        }
        (_, DriverOutcome::Answer { .. }) => "the answer of another address came back: a redirect was followed",
        _ => "another address was asked: a redirect was followed",
    }
}

/// A driver is honest that says which promise it cannot keep, and sends nothing.
fn refusal(row: DriverRow, promise: &str, seen: &Seen) -> Verdict {
    let of_every_call = ["no-proxy", "no-redirect", "max-body", "time-limit"];
    let of_tls = ["certificate-pin", "tls"];
    let asked_for = of_every_call.contains(&promise) || (row.is_secure() && of_tls.contains(&promise));
    if !asked_for {
        return Verdict::Broken(format!("refused as unsupported-{promise}, which this call does not ask for"));
    }
    if !seen.requests.is_empty() {
        return Verdict::Broken(format!("refused as unsupported-{promise} when the request had been sent"));
    }
    Verdict::RefusedByName(promise.to_owned())
}

fn in_time(row: DriverRow, elapsed: Duration) -> Result<(), String> {
    match row.limit() {
        Some(name) if elapsed > LIMIT + TOLERANCE => {
            Err(format!("took {:.0} s with a {name} limit of {} s", elapsed.as_secs_f64(), LIMIT.as_secs()))
        }
        _ => Ok(()),
    }
}

fn answered(row: DriverRow, outcome: &DriverOutcome, status: u16, body: usize) -> Result<(), String> {
    match outcome {
        DriverOutcome::Failed(error) => Err(format!("reported as {error}; {} is an answer", row.event())),
        // The body of a redirect is of no interest.
        DriverOutcome::Answer { status: told, .. } if row == DriverRow::Redirect && *told == status => Ok(()),
        DriverOutcome::Answer { status: told, body: length } if (*told, *length) != (status, body) => {
            Err(format!("told status {told} and {length} bytes of an answer that has status {status} and {body} bytes"))
        }
        DriverOutcome::Answer { .. } => Ok(()),
    }
}

fn failed(row: DriverRow, outcome: &DriverOutcome, right: &[DriverError], max_body: usize) -> Result<(), String> {
    let names: Vec<String> = right.iter().map(DriverError::to_string).collect();
    let (event, names) = (row.event(), names.join(" or "));
    match outcome {
        DriverOutcome::Failed(error) if right.contains(error) => Ok(()),
        DriverOutcome::Failed(error) => Err(format!("reported as {error}; {event} is {names}")),
        DriverOutcome::Answer { body, .. } if *body > max_body => {
            Err(format!("{body} bytes of a body were accepted with a limit of {max_body}; that is {names}"))
        }
        DriverOutcome::Answer { status, body } => {
            Err(format!("status {status} with {body} bytes passed for an answer; {event} is {names}"))
        }
    }
}

/// Whether the one request that arrived is the one of the call.
fn arrived(row: DriverRow, call: &DriverCall, seen: &Seen) -> Result<(), String> {
    let [request] = seen.requests.as_slice() else {
        return Err(format!("{} requests arrived for one call", seen.requests.len()));
    };
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let (first, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let target = call.url.splitn(4, '/').nth(3).unwrap_or_default();
    let expected = format!("{} /{target} HTTP/1.1", call.method);
    if first != expected {
        return Err(format!("the request began with {first:?} instead of {expected:?}"));
    }
    for (name, value) in &call.headers {
        let sent = headers.lines().filter_map(|line| line.split_once(':'));
        let values: Vec<&str> =
            sent.filter(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect();
        if values != [value] {
            return Err(format!("the header {name} arrived {} times, and not once as it was given", values.len()));
        }
    }
    if row == DriverRow::Post && body != call.body {
        return Err(format!("{} bytes of a body arrived, which are not the {} given", body.len(), call.body.len()));
    }
    Ok(())
}
