//! Turns the beginning of a vector into what the state machine starts from.

use std::fmt;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, AgentFile, ConfigError, Detection, DetectionOptions, Environment, Error, HostFacts, Identity,
    Platform, RetryPolicy, Secret, Source, SourceKind, TokenRequest, UnixTime, detect,
};

use crate::vector::{AgentName, PlatformName, Request, Vector};

/// Why there is no token.
#[derive(Debug)]
pub enum Failure {
    /// The JSON form of the identity was refused, in these words.
    Identity(String),
    /// The flow ended with an error, or could not begin.
    Flow(Error),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Flow(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(message) => f.write_str(message),
            Self::Flow(error) => error.fmt(f),
        }
    }
}

/// Runs detection on the vector's environment.
///
/// # Errors
/// When the source that applies is not usable.
pub fn detection(vector: &Vector) -> Result<Detection, ConfigError> {
    let mut options = DetectionOptions::default();
    if vector.request.allow_remote_arc_endpoint {
        options = options.allow_remote_arc_endpoint();
    }
    detect(&environment(vector), facts(vector), options)
}

/// The vector's environment.
#[must_use]
pub fn environment(vector: &Vector) -> Environment {
    Environment::from_lookup(|name| vector.environment.get(name).cloned())
}

/// The facts about the vector's host.
#[must_use]
pub fn facts(vector: &Vector) -> HostFacts {
    let platform = match vector.host.platform {
        PlatformName::Linux => Platform::Linux,
        PlatformName::Windows => Platform::Windows,
        PlatformName::Other => Platform::Other,
    };
    let agent = match vector.host.arc_agent {
        AgentName::Present => AgentFile::Present,
        AgentName::Absent => AgentFile::Absent,
        AgentName::NotPermitted => AgentFile::NotPermitted,
    };
    HostFacts::of(platform).with_arc_agent(agent)
}

/// The identity that the vector asks for.
///
/// # Errors
/// When its JSON form is refused.
pub fn identity(request: &Request) -> Result<Identity, Failure> {
    match &request.identity {
        Some(json) => serde_json::from_value(json.clone()).map_err(|error| Failure::Identity(error.to_string())),
        None => Ok(Identity::SystemAssigned),
    }
}

/// The resource or scope that the vector asks for.
#[must_use]
pub fn resource(request: &Request) -> String {
    match (&request.scope, &request.resource) {
        (Some(scope), _) => scope.clone(),
        (None, resource) => resource.clone().unwrap_or_default().text().unwrap_or_default(),
    }
}

/// What the vector asks for.
///
/// # Errors
/// When the identity, the resource or the scope is refused.
pub fn token_request(request: &Request) -> Result<TokenRequest, Failure> {
    let identity = identity(request)?;
    let token_request = match &request.scope {
        Some(scope) => TokenRequest::for_scope(scope)?,
        None => TokenRequest::for_resource(&resource(request))?,
    };
    let mut token_request =
        token_request.with_identity(identity).with_client_capabilities(request.client_capabilities.iter().cloned());
    if let Some(rejected) = &request.rejected_token {
        let rejected = Secret::new(rejected.clone());
        let rejected = AccessToken::new(rejected, String::new(), UnixTime::default(), SourceKind::ServiceFabric);
        token_request = token_request.with_rejected_token(&rejected);
    }
    Ok(token_request)
}

/// The retry policy that the vector asks for.
#[must_use]
pub fn retry_policy(request: &Request, source: SourceKind) -> RetryPolicy {
    let mut policy = if request.retries { RetryPolicy::of(source) } else { RetryPolicy::none() };
    if let Some(seconds) = request.time_budget_seconds {
        policy.time_budget = Duration::from_secs(seconds);
    }
    policy
}

/// The acquisition that the vector describes, from this source.
///
/// # Errors
/// When the request is refused, or the source cannot serve it.
pub fn acquire(vector: &Vector, source: Source) -> Result<Acquire, Failure> {
    let request = token_request(&vector.request)?;
    let policy = retry_policy(&vector.request, source.kind());
    let acquire = Acquire::new(source, request)?.with_retry(policy);
    Ok(if vector.request.client_headers { acquire } else { acquire.without_client_headers() })
}
