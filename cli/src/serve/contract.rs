//! What a request says, and whether it may have a token.

use std::collections::BTreeMap;

use hyper::{HeaderMap, Method, StatusCode, Uri};

use super::header::Header;

/// Where tokens are, as on App Service.
pub(super) const TOKEN_PATH: &str = "/msi/token";
/// Where counts are.
pub(super) const METRICS_PATH: &str = "/metrics";
const VERSION: &str = "2019-08-01";
/// By which a request may name an identity, here or by other versions and endpoints: none of them is passed over, since the
/// token would be of another identity than the one that is meant.
const SELECTORS: [&str; 6] = ["client_id", "clientid", "principal_id", "object_id", "mi_res_id", "msi_res_id"];

/// What is given, and to whom.
pub(super) struct Contract {
    pub(super) header: Header,
    /// Resources without a slash at their end; `*` for any.
    pub(super) resources: Vec<String>,
    /// The id of the identity that the tokens are of, where one is named.
    pub(super) identity: Option<String>,
}

/// What a request is after.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Token { resource: String },
    Metrics,
}

/// Why it is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl Contract {
    /// Judges a request by all that it says.
    pub(super) fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Wanted, Refusal> {
        match (method, uri.path()) {
            (&Method::GET, METRICS_PATH) => Ok(Wanted::Metrics),
            (&Method::GET, TOKEN_PATH) => self.token(uri, headers),
            (_, TOKEN_PATH | METRICS_PATH) => Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered")),
            _ => Err(Refusal::new(StatusCode::NOT_FOUND, format!("tokens are at {TOKEN_PATH}"))),
        }
    }

    fn token(&self, uri: &Uri, headers: &HeaderMap) -> Result<Wanted, Refusal> {
        let bad = |message: &str| Err(Refusal::new(StatusCode::BAD_REQUEST, message));
        if headers.contains_key("x-forwarded-for") {
            return bad("a request that was passed on by a proxy is not answered");
        }
        if !headers.get("x-identity-header").is_some_and(|sent| self.header.is(sent.as_bytes())) {
            let message = "the header X-IDENTITY-HEADER has to have the value of IDENTITY_HEADER";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, message));
        }
        let query: Vec<(String, String)> =
            form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let is_known = |name: &str| ["api-version", "resource"].iter().chain(&SELECTORS).any(|it| it == &name);
        let mut given = BTreeMap::new();
        for (name, value) in &query {
            let name = name.to_ascii_lowercase();
            if is_known(&name) && given.insert(name, value.as_str()).is_some() {
                return bad("a parameter is given more than once");
            }
        }
        let value = |name: &str| given.get(name).copied();
        if value("api-version") != Some(VERSION) {
            return bad("api-version has to be 2019-08-01");
        }
        let Some(resource) = value("resource").filter(|it| !it.is_empty()) else { return bad("resource is missing") };
        if !self.allows(resource) {
            let message =
                format!("tokens for {resource} are not given here; whoever starts the program allows resources");
            return Err(Refusal::new(StatusCode::FORBIDDEN, message));
        }
        let identity = self.identity.as_deref();
        let other =
            SELECTORS.into_iter().filter_map(value).find(|id| !identity.is_some_and(|it| it.eq_ignore_ascii_case(id)));
        match other {
            Some(_) => bad("tokens are given of one identity, and the request names another"),
            None => Ok(Wanted::Token { resource: resource.to_owned() }),
        }
    }

    fn allows(&self, resource: &str) -> bool {
        self.resources.iter().any(|it| it == "*" || it.trim_end_matches('/') == resource.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, Method, StatusCode};

    use super::{Contract, Header, Wanted};

    #[test]
    fn a_request_is_judged_by_all_that_it_says() {
        let header = Header::made().unwrap();
        let secret = header.expose().to_owned();
        let contract = Contract {
            header,
            resources: vec!["https://vault.azure.net/".to_owned()],
            identity: Some("c-1".to_owned()),
        };
        let right = "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net";
        let token = Ok(Wanted::Token { resource: "https://vault.azure.net".to_owned() });
        let refused = |status: StatusCode| Err(status);
        for (method, uri, headers, expected) in [
            (Method::GET, right.to_owned(), &[("x-identity-header", secret.as_str())][..], token),
            (
                Method::GET,
                format!("{right}&client_id=C-1"),
                &[("x-identity-header", &secret)],
                Ok(Wanted::Token { resource: "https://vault.azure.net".to_owned() }),
            ),
            (
                Method::GET,
                format!("{right}&client_id=c-2"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                right.replace("resource", "Resource"),
                &[("x-identity-header", &secret)],
                Ok(Wanted::Token { resource: "https://vault.azure.net".to_owned() }),
            ),
            (
                Method::GET,
                format!("{right}&Client_Id=c-2"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                format!("{right}&msi_res_id=%2Fc-2"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                format!("{right}&client_id=c-1&client_id=c-2"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                format!("{right}&resource=https%3A%2F%2Fstorage.azure.net"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                format!("{right}&other=1&other=2"),
                &[("x-identity-header", &secret)],
                Ok(Wanted::Token { resource: "https://vault.azure.net".to_owned() }),
            ),
            (Method::GET, right.to_owned(), &[], refused(StatusCode::UNAUTHORIZED)),
            (Method::GET, right.to_owned(), &[("x-identity-header", "guess")], refused(StatusCode::UNAUTHORIZED)),
            (
                Method::GET,
                right.to_owned(),
                &[("x-identity-header", &secret), ("x-forwarded-for", "10.0.0.1")],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                right.replace("vault", "storage"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::FORBIDDEN),
            ),
            (
                Method::GET,
                right.replace("2019", "2017"),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::GET,
                "/msi/token?api-version=2019-08-01".to_owned(),
                &[("x-identity-header", &secret)],
                refused(StatusCode::BAD_REQUEST),
            ),
            (
                Method::POST,
                right.to_owned(),
                &[("x-identity-header", &secret)],
                refused(StatusCode::METHOD_NOT_ALLOWED),
            ),
            (Method::GET, "/".to_owned(), &[], refused(StatusCode::NOT_FOUND)),
            (Method::GET, "/metrics".to_owned(), &[], Ok(Wanted::Metrics)),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            let judged = contract.judge(&method, &uri.parse().unwrap(), &map).map_err(|refusal| {
                assert!(!refusal.message.contains(&secret));
                refusal.status
            });
            assert_eq!(judged, expected, "{method} {uri}");
        }
        let any = Contract { header: Header::made().unwrap(), resources: vec!["*".to_owned()], identity: None };
        assert!(any.allows("api://anything"));
    }
}
