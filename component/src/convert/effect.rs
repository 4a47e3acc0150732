//! Between the core's effects and the interface's: calls and files out, their answers in.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use core::time::Duration;

use managed_identity_core::{
    AgentFile, FileError, FileErrorKind, FilePurpose, FileRequest, HostFacts, HttpCall, HttpHeader, HttpResponse,
    Platform, PolicyField, TransportError, TransportErrorKind, Trust,
};

use super::effect_types as types;

pub(super) fn call(call: &HttpCall) -> types::HttpRequest {
    let (request, policy) = (call.request(), call.policy());
    types::HttpRequest {
        method: request.method().as_str().to_owned(),
        url: request.url().as_str().to_owned(),
        headers: request.headers().iter().map(header).collect(),
        body: request.body().as_bytes().to_vec(),
        connect_timeout: milliseconds(policy.connect_timeout),
        read_timeout: milliseconds(policy.read_timeout),
        total_timeout: milliseconds(policy.total_timeout),
        max_body: u32::try_from(policy.max_body).unwrap_or(u32::MAX),
        trust: match &policy.trust {
            Trust::Plain => types::Trust::Plain,
            Trust::Roots => types::Trust::Roots,
            Trust::Leaf(thumbprint) => types::Trust::Leaf(thumbprint.to_string()),
            // No host is asked for it: there are no words for certificates and names in this version.
            Trust::Anchors { .. } => types::Trust::Other(String::from("trust-anchors")),
            _ => types::Trust::Other(String::new()),
        },
    }
}

fn header(header: &HttpHeader) -> types::Header {
    types::Header { name: header.name().to_owned(), value: header.value().to_owned() }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The answer of a host. That it may be anything, and ignore the limits, is the core's affair.
pub(super) fn answer(answer: Result<types::HttpResponse, types::HttpFailure>) -> Result<HttpResponse, TransportError> {
    let answer = answer.map_err(|it| transport_error(&it))?;
    let response = HttpResponse::new(answer.status, answer.body);
    Ok(answer.headers.iter().fold(response, |response, it| response.with_header(&it.name, it.value.as_bytes())))
}

fn transport_error(failure: &types::HttpFailure) -> TransportError {
    use TransportErrorKind as Kind;
    use types::{HttpFailureKind, TransportFailure};
    let kind = match failure.kind {
        HttpFailureKind::Denied => Kind::Denied,
        HttpFailureKind::Unsupported(field) => match policy_field(field) {
            Some(field) => Kind::Unsupported(field),
            // Whatever it is: the host does not want to make the call as it must be made.
            None => Kind::Denied,
        },
        HttpFailureKind::Unavailable(failure) => match failure {
            TransportFailure::BodyTooLarge => Kind::BodyTooLarge,
            TransportFailure::Broken | TransportFailure::Other => Kind::Broken,
            TransportFailure::Certificate => Kind::Certificate,
            TransportFailure::Connect => Kind::Connect,
            TransportFailure::Protocol => Kind::Protocol,
            TransportFailure::Timeout => Kind::Timeout,
        },
        HttpFailureKind::Other => Kind::Broken,
    };
    TransportError::new(kind, &failure.detail)
}

fn policy_field(field: types::PolicyField) -> Option<PolicyField> {
    Some(match field {
        types::PolicyField::CertificatePin => PolicyField::CertificatePin,
        types::PolicyField::TrustAnchors => PolicyField::TrustAnchors,
        types::PolicyField::Tls => PolicyField::Tls,
        types::PolicyField::NoProxy => PolicyField::NoProxy,
        types::PolicyField::NoRedirect => PolicyField::NoRedirect,
        types::PolicyField::MaxBody => PolicyField::MaxBody,
        types::PolicyField::TimeLimit => PolicyField::TimeLimit,
        types::PolicyField::Other => return None,
    })
}

pub(super) fn file(file: &FileRequest) -> types::FileRequest {
    types::FileRequest {
        path: file.path.clone(),
        purpose: match file.purpose {
            FilePurpose::ArcKey => types::FilePurpose::ArcKey,
            #[cfg(feature = "machine-chain")]
            FilePurpose::ClientCertificate => types::FilePurpose::ClientCertificate,
            FilePurpose::FederatedToken => types::FilePurpose::FederatedToken,
            FilePurpose::TokenProxyCa => types::FilePurpose::TokenProxyCa,
            _ => types::FilePurpose::Other,
        },
        directory: file.directory.clone(),
        follow_links: file.directory.is_none(),
        max_length: u32::try_from(file.max_len).unwrap_or(u32::MAX),
        platform: match file.platform {
            Platform::Linux => types::Platform::Linux,
            Platform::Windows => types::Platform::Windows,
            _ => types::Platform::Other,
        },
    }
}

pub(super) fn file_error(failure: &types::FileFailure) -> FileError {
    use types::FileProblem as Problem;
    let kind = match failure.problem {
        Problem::Denied => FileErrorKind::Denied,
        Problem::Empty => FileErrorKind::Empty,
        Problem::FolderIsLink => FileErrorKind::FolderIsLink,
        Problem::IllegalContent => FileErrorKind::IllegalContent,
        Problem::NotFound => FileErrorKind::NotFound,
        Problem::NotRegular => FileErrorKind::NotRegular,
        Problem::OutsideDirectory => FileErrorKind::OutsideDirectory,
        Problem::PermissionDenied => FileErrorKind::PermissionDenied,
        Problem::TooLarge => FileErrorKind::TooLarge,
        Problem::Unreadable | Problem::Other => FileErrorKind::Unreadable,
    };
    FileError::new(kind, &failure.detail)
}

pub(super) fn facts(facts: types::HostFacts) -> HostFacts {
    let platform = match facts.platform {
        types::Platform::Linux => Platform::Linux,
        types::Platform::Windows => Platform::Windows,
        types::Platform::Other => Platform::Other,
    };
    let agent = match facts.arc_agent {
        types::AgentFile::Present => AgentFile::Present,
        types::AgentFile::NotPermitted => AgentFile::NotPermitted,
        types::AgentFile::Absent | types::AgentFile::Other => AgentFile::Absent,
    };
    HostFacts::of(platform).with_arc_agent(agent)
}
