//! What every simulator publishes so that its tokens can be verified and its authority discovered.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::request::Request;
use crate::token::TokenIssuer;

/// The public document at the path of `request`, if there is one.
pub(crate) fn published(request: &Request, base_url: &str, issuer: &TokenIssuer) -> Option<Answer> {
    if request.method != Method::GET {
        return None;
    }
    let tenant = format!("{base_url}/{}", issuer.tenant_id());
    let document = match request.path.trim_start_matches('/').split_once('/')? {
        ("common", "discovery/instance") => instance(base_url, &tenant),
        (id, path) if id == issuer.tenant_id() => match path {
            ".well-known/openid-configuration" => metadata(&tenant, &issuer.issuer(), "", issuer.algorithm()),
            "v2.0/.well-known/openid-configuration" => {
                metadata(&tenant, &format!("{tenant}/v2.0"), "v2.0/", issuer.algorithm())
            }
            "discovery/keys" | "discovery/v2.0/keys" => issuer.key_set(),
            _ => return None,
        },
        _ => return None,
    };
    Some(Answer::json(StatusCode::OK, &document))
}

/// Metadata by [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html). `version` is
/// the part of the paths that names it.
fn metadata(tenant: &str, issuer: &str, version: &str, algorithm: &str) -> Value {
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{tenant}/oauth2/{version}token"),
        "authorization_endpoint": format!("{tenant}/oauth2/{version}authorize"),
        "jwks_uri": format!("{tenant}/discovery/{version}keys"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [algorithm],
    })
}

/// What MSAL asks for before it trusts an authority whose host it does not know.
fn instance(base_url: &str, tenant: &str) -> Value {
    let host = base_url.split_once("://").map_or(base_url, |(_, host)| host);
    json!({
        "api-version": "1.1",
        "tenant_discovery_endpoint": format!("{tenant}/v2.0/.well-known/openid-configuration"),
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })
}
