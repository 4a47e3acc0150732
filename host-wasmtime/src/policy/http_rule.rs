//! One kind of request that a plug-in may send.

use http::uri::Scheme;
use http::{Method, Uri};
use managed_identity_core::{ConfigError, Endpoint, TokenRequest};
use serde::Deserialize;

use super::error::PolicyError;
use super::place::{Place, is_ambiguous, shown};

/// One kind of request that a plug-in may send: everything but the query is decided here.
///
/// In a configuration it has a `method`, an address as `exactly` or, with a slash at its end, as `below`, and where the
/// host is to add the token, `token` with the resource.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Document")]
pub struct HttpRule {
    method: Method,
    scheme: Scheme,
    host: String,
    port: u16,
    path: PathRule,
    token: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathRule {
    Exactly(String),
    /// Starts and ends with a slash.
    Below(String),
}

impl HttpRule {
    /// Requests to exactly this address, with any query.
    ///
    /// # Errors
    /// [`PolicyError::Address`] unless it is a complete `http` or `https` address.
    pub fn exactly(method: Method, address: &Uri) -> Result<Self, PolicyError> {
        Self::new(method, address, PathRule::Exactly(address.path().to_owned()))
    }

    /// Requests to everything below this address, whose path must end with a slash.
    ///
    /// # Errors
    /// [`PolicyError::Address`] unless it is a complete `http` or `https` address whose path ends with a slash.
    pub fn below(method: Method, address: &Uri) -> Result<Self, PolicyError> {
        if !address.path().ends_with('/') {
            return Err(PolicyError::Address { address: shown(address), reason: "its path does not end with a slash" });
        }
        if is_ambiguous(address.path()) {
            let reason = "its path may lead elsewhere, so that no request is below it";
            return Err(PolicyError::Address { address: shown(address), reason });
        }
        Self::new(method, address, PathRule::Below(address.path().to_owned()))
    }

    /// The host adds a token for this resource to each such request, in place of whatever `Authorization` the plug-in
    /// gave it. The plug-in does not see the token.
    ///
    /// # Errors
    /// [`PolicyError::Address`] where the token would be sent unencrypted to another machine, and
    /// [`PolicyError::Source`] when the resource is none.
    pub fn with_token(mut self, resource: &str) -> Result<Self, PolicyError> {
        let place = Place { scheme: &self.scheme, host: &self.host, port: self.port };
        if !place.keeps_secrets() {
            let address = format!("{}://{}:{}", self.scheme, self.host, self.port);
            return Err(PolicyError::Address { address, reason: "a token is sent by https only" });
        }
        self.token = Some(TokenRequest::for_resource(resource)?.resource().to_owned());
        Ok(self)
    }

    /// The resource of the token that the host adds.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Whether a request of this method to this address is of this kind.
    #[must_use]
    pub fn matches(&self, method: &Method, address: &Uri) -> bool {
        let Some(place) = Place::of(address) else { return false };
        let path = address.path();
        let path_matches = match &self.path {
            PathRule::Exactly(allowed) => path == allowed,
            PathRule::Below(folder) => path.starts_with(folder.as_str()) && !is_ambiguous(path),
        };
        *method == self.method
            && *place.scheme == self.scheme
            && place.host.eq_ignore_ascii_case(&self.host)
            && place.port == self.port
            && path_matches
    }

    fn new(method: Method, address: &Uri, path: PathRule) -> Result<Self, PolicyError> {
        let refused = |reason| PolicyError::Address { address: shown(address), reason };
        let Place { scheme, host, port } = Place::of(address).ok_or_else(|| refused("it is no http or https URL"))?;
        // A host that there cannot be, such as one with an asterisk, would be a rule that never matches.
        Endpoint::parse("", &address.to_string()).map_err(|error| match error {
            ConfigError::InvalidEndpoint { reason, .. } => refused(reason),
            other => PolicyError::Source(other),
        })?;
        Ok(Self { method, scheme: scheme.clone(), host: host.to_ascii_lowercase(), port, path, token: None })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    method: String,
    exactly: Option<String>,
    below: Option<String>,
    token: Option<String>,
}

impl TryFrom<Document> for HttpRule {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let method: Method = document.method.parse().map_err(|_| format!("{} is no method", document.method))?;
        if document.method.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return Err(format!("{method} is no method that is sent: write {}", document.method.to_ascii_uppercase()));
        }
        let address = |text: &str| text.parse::<Uri>().map_err(|error| format!("{text} is no address: {error}"));
        let rule = match (&document.exactly, &document.below) {
            (Some(exactly), None) => Self::exactly(method, &address(exactly)?),
            (None, Some(below)) => Self::below(method, &address(below)?),
            _ => return Err("a request has either `exactly` or `below`".to_owned()),
        };
        let with_token = |rule: Self| document.token.iter().try_fold(rule, |rule, it| rule.with_token(it));
        rule.and_then(with_token).map_err(|error| error.to_string())
    }
}
