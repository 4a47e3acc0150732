//! What a transcript answers, in the words of the interface.

use managed_identity_tests::transcript::Answer;

use crate::bindings::host::types;

/// A response, or why there is none.
pub(crate) type HttpAnswer = Result<types::HttpResponse, types::HttpFailure>;
/// A file's content, or why it is not to be had.
pub(crate) type FileAnswer = Result<Vec<u8>, types::FileFailure>;

/// To a request.
pub(crate) fn http(answer: &Answer) -> Result<HttpAnswer, String> {
    let failed = |kind| Ok(Err(types::HttpFailure { kind, detail: String::new() }));
    match answer {
        Answer::Response(response) => {
            let header = |(name, value): &(String, String)| types::Header { name: name.clone(), value: value.clone() };
            let headers = response.headers.iter().map(header).collect();
            Ok(Ok(types::HttpResponse { status: response.status, headers, body: response.body.bytes()? }))
        }
        Answer::TransportError(name) => failed(failure_kind(name)?),
        Answer::File(_) | Answer::FileError(_) => Err("a file answers no request".to_owned()),
    }
}

fn failure_kind(name: &str) -> Result<types::HttpFailureKind, String> {
    use types::{HttpFailureKind as Kind, PolicyField as Field, TransportFailure as Failure};
    Ok(match name {
        "denied" => Kind::Denied,
        "body-too-large" => Kind::Unavailable(Failure::BodyTooLarge),
        "broken" => Kind::Unavailable(Failure::Broken),
        "certificate" => Kind::Unavailable(Failure::Certificate),
        "connect" => Kind::Unavailable(Failure::Connect),
        "protocol" => Kind::Unavailable(Failure::Protocol),
        "timeout" => Kind::Unavailable(Failure::Timeout),
        "unsupported-trust-anchors" => Kind::Unsupported(Field::TrustAnchors),
        "unsupported-certificate-pin" => Kind::Unsupported(Field::CertificatePin),
        "unsupported-tls" => Kind::Unsupported(Field::Tls),
        "unsupported-no-proxy" => Kind::Unsupported(Field::NoProxy),
        "unsupported-no-redirect" => Kind::Unsupported(Field::NoRedirect),
        "unsupported-max-body" => Kind::Unsupported(Field::MaxBody),
        "unsupported-time-limit" => Kind::Unsupported(Field::TimeLimit),
        _ => return Err(format!("no kind of failure: {name}")),
    })
}

/// To the reading of a file.
pub(crate) fn file(answer: &Answer) -> Result<FileAnswer, String> {
    use types::FileProblem as Problem;
    let problem = match answer {
        Answer::File(content) => return content.bytes().map(Ok),
        Answer::FileError(name) => match name.as_str() {
            "denied" => Problem::Denied,
            "folder-is-link" => Problem::FolderIsLink,
            "not-found" => Problem::NotFound,
            "not-regular" => Problem::NotRegular,
            "outside-directory" => Problem::OutsideDirectory,
            "permission-denied" => Problem::PermissionDenied,
            "too-large" => Problem::TooLarge,
            "unreadable" => Problem::Unreadable,
            _ => return Err(format!("no kind of file problem: {name}")),
        },
        Answer::Response(_) | Answer::TransportError(_) => return Err("only a file is a file".to_owned()),
    };
    Ok(Err(types::FileFailure { problem, detail: String::new() }))
}
