//! What the authority checks of every request, whatever its client proves itself with, and how it refuses.

use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Refusal, Service};
use crate::answer::Answer;
use crate::identity::AssignedIdentity;
use crate::random;
use crate::request::Request;

/// The kind of assertion that the authority takes (RFC 7523).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Method, path and tenant are right, and so is the grant type.
pub(super) fn check(request: &Request, tenant_id: &str) -> Result<(), Refusal> {
    let Some((tenant, "oauth2/v2.0/token")) = request.path.trim_start_matches('/').split_once('/') else {
        let message = "nothing is served at this path; the token path is /<tenant>/oauth2/v2.0/token";
        return Err(Refusal::new(StatusCode::NOT_FOUND, "not_found", message));
    };
    if request.method != Method::POST {
        let message = "AADSTS900561: the token path accepts POST only";
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", message));
    }
    if tenant != tenant_id {
        return Err(Refusal::bad_request("invalid_request", "AADSTS90002: the tenant is not known"));
    }
    if field(request, "grant_type")? != "client_credentials" {
        let message = "AADSTS70003: only the grant type client_credentials is supported";
        return Err(Refusal::bad_request("unsupported_grant_type", message));
    }
    Ok(())
}

/// The application that the form names.
pub(super) fn client<'a>(
    request: &Request,
    identities: &'a [AssignedIdentity],
) -> Result<&'a AssignedIdentity, Refusal> {
    let client_id = field(request, "client_id")?;
    identities.iter().find(|identity| identity.client_id().eq_ignore_ascii_case(client_id)).ok_or_else(|| {
        Refusal::bad_request("unauthorized_client", "AADSTS700016: no such application in the directory")
    })
}

/// The assertion that the form proves its client with.
pub(super) fn assertion(request: &Request) -> Result<&str, Refusal> {
    match (request.field("client_assertion_type"), request.field("client_assertion")) {
        (Some(ASSERTION_TYPE), Some(assertion)) => Ok(assertion),
        _ => Err(unauthorized("AADSTS7000218: a client_assertion and its type are required")),
    }
}

/// The client does not prove who it is.
pub(super) fn unauthorized(message: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "invalid_client", message)
}

/// A token for what the form asks for.
pub(super) fn token(request: &Request, identity: &AssignedIdentity, service: &Service) -> Result<Answer, Refusal> {
    let token = service.issue(identity, resource(request)?)?;
    let document = json!({
        "token_type": "Bearer",
        "expires_in": token.lifetime(),
        "ext_expires_in": token.lifetime(),
        "access_token": token.access_token,
    });
    Ok(Answer::json(StatusCode::OK, &document))
}

/// The form names one resource, as `<resource>/.default`.
fn resource(request: &Request) -> Result<&str, Refusal> {
    let scope = field(request, "scope")?;
    match scope.strip_suffix("/.default") {
        Some(resource) if !resource.is_empty() && !resource.contains(' ') => Ok(resource),
        _ => {
            let message = "AADSTS1002012: the scope must be one resource followed by /.default";
            Err(Refusal::bad_request("invalid_scope", message))
        }
    }
}

fn field<'a>(request: &'a Request, name: &str) -> Result<&'a str, Refusal> {
    request.field(name).ok_or_else(|| {
        Refusal::bad_request("invalid_request", format!("AADSTS900144: the form field {name} is required"))
    })
}

/// The OAuth error document with the extra members of the Microsoft identity platform.
pub(super) fn refuse(refusal: &Refusal) -> Answer {
    let number = refusal.message.strip_prefix("AADSTS").and_then(|rest| rest.split_once(':')).map(|(code, _)| code);
    let codes: Vec<u64> = number.and_then(|code| code.parse().ok()).into_iter().collect();
    let now = time::OffsetDateTime::now_utc();
    let (date, (hour, minute, second)) = (now.date(), now.time().as_hms());
    let document = json!({
        "error": refusal.code,
        "error_description": refusal.message,
        "error_codes": codes,
        "timestamp": format!("{date} {hour:02}:{minute:02}:{second:02}Z"),
        "trace_id": random::uuid(),
        "correlation_id": random::uuid(),
    });
    Answer::json(refusal.status, &document)
}
