//! The names of what can go wrong with an effect, as JavaScript has them.

#[cfg(feature = "chain")]
use managed_identity_core::{CommandErrorKind, SignErrorKind};
use managed_identity_core::{FileErrorKind, PolicyField, TransportErrorKind};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Why a call brought no response. */
export type TransportProblem =
  | "body-too-large" | "broken" | "certificate" | "connect" | "denied" | "protocol" | "timeout"
  | "unsupported-certificate-pin" | "unsupported-trust-anchors" | "unsupported-tls" | "unsupported-no-proxy"
  | "unsupported-no-redirect" | "unsupported-max-body" | "unsupported-time-limit";

/** Why a file could not be used. */
export type FileProblem =
  | "denied" | "empty" | "folder-is-link" | "illegal-content" | "not-found" | "not-regular" | "outside-directory"
  | "permission-denied" | "too-large" | "unreadable";
"#;

const TRANSPORT_PROBLEMS: [(&str, TransportErrorKind); 14] = [
    ("body-too-large", TransportErrorKind::BodyTooLarge),
    ("broken", TransportErrorKind::Broken),
    ("certificate", TransportErrorKind::Certificate),
    ("connect", TransportErrorKind::Connect),
    ("denied", TransportErrorKind::Denied),
    ("protocol", TransportErrorKind::Protocol),
    ("timeout", TransportErrorKind::Timeout),
    ("unsupported-certificate-pin", TransportErrorKind::Unsupported(PolicyField::CertificatePin)),
    ("unsupported-trust-anchors", TransportErrorKind::Unsupported(PolicyField::TrustAnchors)),
    ("unsupported-tls", TransportErrorKind::Unsupported(PolicyField::Tls)),
    ("unsupported-no-proxy", TransportErrorKind::Unsupported(PolicyField::NoProxy)),
    ("unsupported-no-redirect", TransportErrorKind::Unsupported(PolicyField::NoRedirect)),
    ("unsupported-max-body", TransportErrorKind::Unsupported(PolicyField::MaxBody)),
    ("unsupported-time-limit", TransportErrorKind::Unsupported(PolicyField::TimeLimit)),
];

const FILE_PROBLEMS: [(&str, FileErrorKind); 10] = [
    ("denied", FileErrorKind::Denied),
    ("empty", FileErrorKind::Empty),
    ("folder-is-link", FileErrorKind::FolderIsLink),
    ("illegal-content", FileErrorKind::IllegalContent),
    ("not-found", FileErrorKind::NotFound),
    ("not-regular", FileErrorKind::NotRegular),
    ("outside-directory", FileErrorKind::OutsideDirectory),
    ("permission-denied", FileErrorKind::PermissionDenied),
    ("too-large", FileErrorKind::TooLarge),
    ("unreadable", FileErrorKind::Unreadable),
];

pub(crate) fn transport_error_kind(problem: &str) -> Option<TransportErrorKind> {
    kind_of(&TRANSPORT_PROBLEMS, problem)
}

pub(crate) fn transport_problem(kind: TransportErrorKind) -> Option<&'static str> {
    name_of(&TRANSPORT_PROBLEMS, kind)
}

pub(crate) fn file_error_kind(problem: &str) -> Option<FileErrorKind> {
    kind_of(&FILE_PROBLEMS, problem)
}

pub(crate) fn file_problem(kind: FileErrorKind) -> Option<&'static str> {
    name_of(&FILE_PROBLEMS, kind)
}

#[cfg(feature = "chain")]
#[wasm_bindgen(typescript_custom_section)]
const TYPES_OF_CHAIN: &str = r#"
/** Why a program did not run to its end. */
export type CommandProblem = "denied" | "failed" | "not-found" | "output-too-large" | "timeout" | "unsupported";

/** Why nothing was signed. */
export type SignProblem =
  | "denied" | "failed" | "malformed" | "no-certificate" | "no-key" | "not-the-keys" | "password-missing" | "password-wrong"
  | "unsuitable-key" | "unsupported";
"#;

#[cfg(feature = "chain")]
const COMMAND_PROBLEMS: [(&str, CommandErrorKind); 6] = [
    ("denied", CommandErrorKind::Denied),
    ("failed", CommandErrorKind::Failed),
    ("not-found", CommandErrorKind::NotFound),
    ("output-too-large", CommandErrorKind::OutputTooLarge),
    ("timeout", CommandErrorKind::Timeout),
    ("unsupported", CommandErrorKind::Unsupported),
];

#[cfg(feature = "chain")]
const SIGN_PROBLEMS: [(&str, SignErrorKind); 10] = [
    ("denied", SignErrorKind::Denied),
    ("failed", SignErrorKind::Failed),
    ("malformed", SignErrorKind::Malformed),
    ("no-certificate", SignErrorKind::NoCertificate),
    ("no-key", SignErrorKind::NoKey),
    ("not-the-keys", SignErrorKind::NotTheKeys),
    ("password-missing", SignErrorKind::PasswordMissing),
    ("password-wrong", SignErrorKind::PasswordWrong),
    ("unsuitable-key", SignErrorKind::UnsuitableKey),
    ("unsupported", SignErrorKind::Unsupported),
];

#[cfg(feature = "chain")]
pub(crate) fn command_error_kind(problem: &str) -> Option<CommandErrorKind> {
    kind_of(&COMMAND_PROBLEMS, problem)
}

#[cfg(feature = "chain")]
pub(crate) fn command_problem(kind: CommandErrorKind) -> Option<&'static str> {
    name_of(&COMMAND_PROBLEMS, kind)
}

#[cfg(feature = "chain")]
pub(crate) fn sign_error_kind(problem: &str) -> Option<SignErrorKind> {
    kind_of(&SIGN_PROBLEMS, problem)
}

#[cfg(feature = "chain")]
pub(crate) fn sign_problem(kind: SignErrorKind) -> Option<&'static str> {
    name_of(&SIGN_PROBLEMS, kind)
}

fn kind_of<K: Copy>(names: &[(&'static str, K)], problem: &str) -> Option<K> {
    names.iter().find(|(name, _)| *name == problem).map(|(_, kind)| *kind)
}

fn name_of<K: PartialEq>(names: &[(&'static str, K)], kind: K) -> Option<&'static str> {
    names.iter().find(|(_, it)| *it == kind).map(|(name, _)| *name)
}
