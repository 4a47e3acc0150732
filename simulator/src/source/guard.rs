//! Checks that several dialects make in the same way.

use hyper::{Method, StatusCode};

use super::dialect::Refusal;
use crate::identity::{self, AssignedIdentity, SelectorNames};
use crate::request::Request;

/// The request is for the token path and uses the right method.
pub(super) fn endpoint(request: &Request, method: &Method, path: &str) -> Result<(), Refusal> {
    if !request.is_for(path) {
        let message = format!("nothing is served at this path; the token path is {path}");
        return Err(Refusal::new(StatusCode::NOT_FOUND, "not_found", message));
    }
    if request.method != method {
        let message = format!("the token path accepts {method} only");
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message));
    }
    Ok(())
}

/// The request did not pass a proxy, which could be an attacker's way to reach the endpoint from outside.
pub(super) fn not_forwarded(request: &Request) -> Result<(), Refusal> {
    if request.headers.contains_key("x-forwarded-for") {
        return Err(Refusal::bad_request("invalid_request", "a request with X-Forwarded-For is not answered"));
    }
    Ok(())
}

/// The request carries `Metadata: true`, which a browser or a careless redirect would not add.
pub(super) fn metadata(request: &Request) -> Result<(), Refusal> {
    if request.header("metadata") != Some("true") {
        return Err(Refusal::bad_request("bad_request_102", "the header Metadata: true is required"));
    }
    Ok(())
}

/// The request names an api-version that is a date and not before `earliest`; the version.
pub(super) fn api_version_since<'a>(request: &'a Request, earliest: &str) -> Result<&'a str, Refusal> {
    match request.parameter("api-version") {
        Some(version) if is_date(version) && version >= earliest => Ok(version),
        Some(_) => Err(Refusal::bad_request("invalid_request", format!("api-version must be {earliest} or later"))),
        None => Err(Refusal::bad_request("invalid_request", "api-version is required")),
    }
}

/// The request names the one api-version there is.
pub(super) fn api_version(request: &Request, only: &str) -> Result<(), Refusal> {
    if request.parameter("api-version") != Some(only) {
        return Err(Refusal::bad_request("invalid_request", format!("api-version must be {only}")));
    }
    Ok(())
}

/// The request names a resource; the resource.
pub(super) fn resource(request: &Request) -> Result<&str, Refusal> {
    request.parameter("resource").ok_or_else(|| Refusal::bad_request("invalid_request", "resource is required"))
}

/// Whether `text` has the form of a date, such as `2018-02-01`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// The identity that the request selects by one of these names, or the one that needs no selecting.
pub(super) fn identity<'a>(
    request: &Request,
    names: &SelectorNames,
    identities: &'a [AssignedIdentity],
) -> Result<&'a AssignedIdentity, Refusal> {
    identity::selector(request, names)
        .and_then(|selector| identity::select(identities, selector))
        .map_err(|error| Refusal::bad_request("invalid_request", error.message()))
}
