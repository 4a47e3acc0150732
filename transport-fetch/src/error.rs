//! The error in JavaScript, a class that the TypeScript beside this crate defines.

use alloc::string::ToString;
#[cfg(feature = "chain")]
use alloc::vec::Vec;

use managed_identity_core::{
    ChallengeError, ConfigError, EndpointError, Error, Evidence, Fault, ForeignService, InvalidResponse, SourceKind,
    Stopped, UnusableToken,
};
#[cfg(feature = "chain")]
use managed_identity_core::{MemberError, ToolError, Verdict};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::object::Object;
#[cfg(feature = "chain")]
use crate::problem::{command_problem, sign_problem};
use crate::problem::{file_problem, transport_problem};
use crate::time::milliseconds;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
import { ManagedIdentityError } from "./error.js";
"#;

#[wasm_bindgen(raw_module = "./error.js")]
extern "C" {
    /// An error as it is thrown.
    pub type ManagedIdentityError;

    #[wasm_bindgen(constructor)]
    fn new(message: &str, facts: &Object) -> ManagedIdentityError;
}

pub(crate) fn thrown(error: impl Into<Error>) -> ManagedIdentityError {
    let error = error.into();
    let (code, problem) = problem(&error);
    let mut facts = Object::empty()
        .text("code", code)
        .optional_text("problem", problem)
        .text("fault", fault(error.fault()))
        .text("nextStep", error.next_step())
        .value("isTransient", JsValue::from_bool(error.is_transient()))
        .optional_number("retryAfterMs", error.retry_after().map(milliseconds));
    #[cfg(feature = "chain")]
    if let Error::Chain(error) = &error {
        facts = facts.value("members", error.members.iter().map(member_error).collect::<Vec<_>>());
    }
    if let Error::Endpoint { error, .. } | Error::ForeignService { error, .. } = &error {
        facts = answered(facts, error);
    }
    facts = facts.optional_text("source", error.source_kind().map(SourceKind::as_str));
    if let Some(evidence) = error.evidence() {
        facts = tried(facts, evidence);
    }
    ManagedIdentityError::new(&error.to_string(), &facts)
}

/// Settings that no source has.
pub(crate) fn unknown_setting(message: &impl ToString) -> ManagedIdentityError {
    misused("unknown-setting", &message.to_string(), "correct the option source")
}

/// An argument that is none of its kind.
pub(crate) fn invalid_argument(message: &str) -> ManagedIdentityError {
    misused("invalid-argument", message, "correct the argument")
}

/// An error that the program's author can mend.
fn misused(problem: &str, message: &str, next_step: &str) -> ManagedIdentityError {
    let facts = Object::empty()
        .text("code", "configuration")
        .text("problem", problem)
        .text("fault", fault(Fault::Caller))
        .text("nextStep", next_step)
        .value("isTransient", JsValue::FALSE);
    ManagedIdentityError::new(message, &facts)
}

fn answered(facts: Object, error: &EndpointError) -> Object {
    facts
        .number("status", f64::from(error.status))
        .optional_text("serviceCode", error.code.as_deref())
        .optional_text("serviceDescription", error.description.as_deref())
        .optional_text("correlationId", error.correlation_id.as_deref())
}

fn tried(facts: Object, evidence: &Evidence) -> Object {
    facts
        .text("endpoint", &evidence.endpoint)
        .number("attempts", f64::from(evidence.attempts))
        .optional_text("requestId", evidence.request_id.as_deref())
        .text(
            "stopped",
            match evidence.stopped {
                Stopped::AttemptsSpent => "attempts-spent",
                Stopped::BudgetSpent => "budget-spent",
                _ => "final",
            },
        )
}

fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Caller => "caller",
        Fault::Host => "host",
        Fault::Security => "security",
        Fault::Service => "service",
    }
}

fn problem(error: &Error) -> (&'static str, Option<&'static str>) {
    match error {
        #[cfg(feature = "chain")]
        Error::Chain(_) => ("chain", None),
        Error::Challenge { error, .. } => ("challenge", challenge(error)),
        #[cfg(feature = "chain")]
        Error::ClientCertificate { error, .. } => ("client-certificate", sign_problem(error.kind())),
        Error::Configuration(error) => ("configuration", configuration(error)),
        Error::CredentialFile { error, .. } => ("credential-file", file_problem(error.kind())),
        #[cfg(feature = "chain")]
        Error::DeveloperTool { error, .. } => ("developer-tool", tool(error)),
        Error::ForeignService { service, .. } => ("foreign-service", foreign(*service)),
        Error::InvalidResponse { error, .. } => ("invalid-response", response(error)),
        Error::Transport { error, .. } => ("transport", transport_problem(error.kind())),
        Error::Unusable { error, .. } => ("unusable", unusable(error)),
        // Only endpoint errors are left.
        _ => ("endpoint", None),
    }
}

fn challenge(error: &ChallengeError) -> Option<&'static str> {
    Some(match error {
        ChallengeError::NotChallenged { .. } => "not-challenged",
        ChallengeError::Missing { .. } => "missing",
        ChallengeError::Several => "several",
        ChallengeError::Scheme => "scheme",
        ChallengeError::Realm => "realm",
        ChallengeError::Path { .. } => "path",
        _ => return None,
    })
}

fn configuration(error: &ConfigError) -> Option<&'static str> {
    Some(match error {
        ConfigError::ConflictingVariables { .. } => "conflicting-variables",
        #[cfg(feature = "chain")]
        ConfigError::CredentialsNotChosen => "credentials-not-chosen",
        #[cfg(feature = "chain")]
        ConfigError::EmptyChain => "empty-chain",
        ConfigError::EmptyIdentifier { .. } => "empty-identifier",
        ConfigError::EmptyResource => "empty-resource",
        ConfigError::IdentifierOnSystemAssigned => "identifier-on-system-assigned",
        ConfigError::IllegalCharacters { .. } => "illegal-characters",
        ConfigError::InsecureEndpoint { .. } => "insecure-endpoint",
        #[cfg(feature = "chain")]
        ConfigError::InvalidClaims => "invalid-claims",
        ConfigError::InvalidEndpoint { .. } => "invalid-endpoint",
        ConfigError::InvalidThumbprint => "invalid-thumbprint",
        ConfigError::MissingVariable { .. } => "missing-variable",
        ConfigError::NoCertificate { .. } => "no-certificate",
        ConfigError::NotUnicode { .. } => "not-unicode",
        ConfigError::PointlessVariable { .. } => "pointless-variable",
        ConfigError::RelativePath { .. } => "relative-path",
        ConfigError::RemoteEndpoint { .. } => "remote-endpoint",
        ConfigError::RequestTooLong => "request-too-long",
        ConfigError::SeveralScopes => "several-scopes",
        #[cfg(feature = "chain")]
        ConfigError::TenantNotAllowed { .. } => "tenant-not-allowed",
        #[cfg(feature = "chain")]
        ConfigError::UnknownCredentials { .. } => "unknown-credentials",
        ConfigError::UnknownIdentityType { .. } => "unknown-identity-type",
        #[cfg(feature = "chain")]
        ConfigError::UnsupportedCredential { .. } => "unsupported-credential",
        ConfigError::UnsupportedIdentity { .. } => "unsupported-identity",
        ConfigError::UnsupportedPlatform { .. } => "unsupported-platform",
        _ => return None,
    })
}

fn foreign(service: ForeignService) -> Option<&'static str> {
    Some(match service {
        ForeignService::AmazonEc2 => "amazon-ec2",
        ForeignService::DockerDesktop => "docker-desktop",
        ForeignService::GoogleCloud => "google-cloud",
        _ => return None,
    })
}

fn response(error: &InvalidResponse) -> Option<&'static str> {
    Some(match error {
        InvalidResponse::NotAnObject { .. } => "not-an-object",
        InvalidResponse::NoAccessToken { .. } => "no-access-token",
        InvalidResponse::IllegalAccessToken { .. } => "illegal-access-token",
        #[cfg(feature = "chain")]
        InvalidResponse::NoAssertion { .. } => "no-assertion",
        InvalidResponse::NoExpiry => "no-expiry",
        InvalidResponse::InvalidExpiry => "invalid-expiry",
        InvalidResponse::IdentityNotConfirmed => "identity-not-confirmed",
        InvalidResponse::OtherIdentity { .. } => "other-identity",
        InvalidResponse::OtherResource { .. } => "other-resource",
        _ => return None,
    })
}

fn unusable(error: &UnusableToken) -> Option<&'static str> {
    Some(match error {
        UnusableToken::ExpiredOnArrival { .. } => "expired-on-arrival",
        UnusableToken::RejectedAgain => "rejected-again",
        UnusableToken::RejectedTooSoon => "rejected-too-soon",
        _ => return None,
    })
}

/// What became of a member of a chain.
#[cfg(feature = "chain")]
pub(crate) fn member_error(member: &MemberError) -> Object {
    Object::empty()
        .text("credential", member.credential.as_str())
        .text("verdict", member.verdict.map_or("not-reached", Verdict::as_str))
        .text("reason", &member.reason)
        .text("nextStep", member.next_step)
}

#[cfg(feature = "chain")]
fn tool(error: &ToolError) -> Option<&'static str> {
    Some(match error {
        ToolError::Command(error) => return command_problem(error.kind()),
        ToolError::ClaimsUnsupported { .. } => "claims-unsupported",
        ToolError::IllegalCharacters { .. } => "illegal-characters",
        // Said by the system or by a program in its place: the same to a person.
        ToolError::NotInstalled => "not-found",
        ToolError::NotSignedIn { .. } => "not-signed-in",
        ToolError::Refused { .. } => "refused",
        ToolError::TooOld { .. } => "too-old",
        ToolError::NoModule => "no-module",
        ToolError::ExecutionPolicy => "execution-policy",
        ToolError::Failed { .. } => "failed",
        ToolError::UnexpectedOutput => "unexpected-output",
        _ => return None,
    })
}
