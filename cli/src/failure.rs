//! What goes wrong, told to people or to programs, and the exit code by who can mend it.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use managed_identity_core::{EndpointError, Error, MemberError, SourceKind, Verdict};
use managed_identity_simulator::SimulatorError;
use serde::Serialize;

use crate::json::json_line;
use crate::mender::Mender;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no token.
    Token(Box<Error>),
    /// The arguments do not fit together, or not to this host.
    Usage { message: String, next_step: &'static str },
    /// The simulator could not do its work.
    Simulator(SimulatorError),
    /// A service behind the tokens gave nothing.
    Service(Box<ServiceFailure>),
    /// Standard output could not be written to.
    Output(io::Error),
    /// The async runtime could not be started.
    Runtime(io::Error),
    /// A signal of this number asked the program to end.
    Ended(u8),
}

/// Why a service behind the tokens gave nothing.
#[derive(Debug)]
pub(crate) struct ServiceFailure {
    pub(crate) message: String,
    pub(crate) next_step: String,
    pub(crate) mender: Mender,
    pub(crate) status: Option<u16>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Token(Box::new(error))
    }
}

impl Failure {
    /// Tells the failure on standard error; the exit code says who can mend it.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        let report = self.to_report();
        if as_json {
            tell(&json_line(&Envelope { error: &report }));
        } else {
            let next_step = report.next_step.map(|it| format!("next step: {it}\n")).unwrap_or_default();
            tell(&format!("error: {}\n{next_step}", report.message));
        }
        ExitCode::from(report.exit_code)
    }

    /// Who can mend it.
    pub(crate) fn mender(&self) -> Mender {
        match self {
            Self::Token(error) => Mender::from(error.fault()),
            Self::Usage { .. } | Self::Ended(_) => Mender::Caller,
            Self::Simulator(error) => match error {
                SimulatorError::Driver { .. }
                | SimulatorError::Fault(_)
                | SimulatorError::NoIdentity
                | SimulatorError::NoKeyFolder(_)
                | SimulatorError::SigningKey { .. }
                | SimulatorError::TenantId => Mender::Caller,
                SimulatorError::Key { .. } => Mender::Program,
                _ => Mender::Host,
            },
            Self::Service(failure) => failure.mender,
            Self::Output(_) => Mender::Host,
            Self::Runtime(_) => Mender::Program,
        }
    }

    /// What happened, and what a person can do about it.
    pub(crate) fn told(&self) -> (String, Option<String>) {
        let report = self.to_report();
        (report.message.clone(), report.next_step.map(str::to_owned))
    }

    fn to_report(&self) -> Report<'_> {
        let report = Report::new(self.mender());
        match self {
            Self::Token(error) => report.with_error(error),
            Self::Usage { message, next_step } => {
                Report { kind: "usage", message: message.clone(), next_step: Some(next_step), ..report }
            }
            Self::Simulator(error) => Report { kind: "simulator", message: error.to_string(), ..report },
            Self::Service(failure) => Report {
                kind: "service",
                message: failure.message.clone(),
                next_step: Some(&failure.next_step),
                status: failure.status,
                ..report
            },
            Self::Output(cause) => Report {
                kind: "output",
                message: format!("cannot write to standard output: {cause}"),
                next_step: Some("check where the output goes"),
                ..report
            },
            // As shells tell it.
            Self::Ended(number) => Report {
                kind: "ended",
                message: "a signal ended it before there was a token".to_owned(),
                exit_code: 128 + number,
                ..report
            },
            Self::Runtime(cause) => {
                Report { kind: "internal", message: format!("cannot start the async runtime: {cause}"), ..report }
            }
        }
    }
}

/// Writes to standard error, where somebody may listen or not: nobody could be told of that, and the exit code stays.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Tells what is wrong with the arguments, or shows the help that they ask for.
pub(crate) fn of_arguments(error: &clap::Error, as_json: bool) -> ExitCode {
    if error.use_stderr() && as_json {
        let text = error.render().to_string();
        let message = text.split("\n\n").next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message).split_whitespace();
        let message = message.collect::<Vec<_>>().join(" ");
        return Failure::Usage { message, next_step: "see managed-identity --help" }.report(true);
    }
    // There is nobody left to tell that standard error is closed.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(Mender::Caller.exit_code()) } else { ExitCode::SUCCESS }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'a Report<'a>,
}

/// A failure as JSON: always the same members, null where they do not apply.
#[derive(Serialize)]
struct Report<'a> {
    /// The kind of failure, such as `endpoint`.
    kind: &'static str,
    message: String,
    next_step: Option<&'a str>,
    /// Who can mend it, as a word.
    fault: &'static str,
    exit_code: u8,
    /// Whether the same command may succeed later without anyone changing anything.
    transient: bool,
    source: Option<&'static str>,
    /// Why this source was chosen.
    reason: Option<&'a str>,
    endpoint: Option<&'a str>,
    /// How many requests were sent or attempted.
    attempts: Option<u32>,
    request_id: Option<&'a str>,
    /// The HTTP status of the last answer.
    status: Option<u16>,
    code: Option<&'a str>,
    description: Option<&'a str>,
    correlation_id: Option<&'a str>,
    /// Seconds the service asks to wait.
    retry_after: Option<u64>,
    /// What became of each member of a chain.
    members: Option<Vec<MemberReport<'a>>>,
}

/// What became of one member of a chain.
#[derive(Serialize)]
struct MemberReport<'a> {
    credential: &'static str,
    /// Null for one that was not reached.
    verdict: Option<&'static str>,
    reason: &'a str,
    next_step: &'a str,
}

impl<'a> From<&'a MemberError> for MemberReport<'a> {
    fn from(member: &'a MemberError) -> Self {
        Self {
            credential: member.credential.as_str(),
            verdict: member.verdict.map(Verdict::as_str),
            reason: &member.reason,
            next_step: member.next_step,
        }
    }
}

impl<'a> Report<'a> {
    fn new(mender: Mender) -> Self {
        Self {
            kind: mender.as_str(),
            message: String::new(),
            next_step: None,
            fault: mender.as_str(),
            exit_code: mender.exit_code(),
            transient: false,
            source: None,
            reason: None,
            endpoint: None,
            attempts: None,
            request_id: None,
            status: None,
            code: None,
            description: None,
            correlation_id: None,
            retry_after: None,
            members: None,
        }
    }

    fn with_error(mut self, error: &'a Error) -> Self {
        let (kind, endpoint_error) = kind(error);
        self.kind = kind;
        self.message = error.to_string();
        self.next_step = Some(error.next_step());
        self.transient = error.is_transient();
        self.retry_after = error.retry_after().map(whole_seconds);
        self.source = error.source_kind().map(SourceKind::as_str);
        if let Some(evidence) = error.evidence() {
            self.reason = Some(evidence.reason);
            self.endpoint = Some(&evidence.endpoint);
            self.attempts = Some(evidence.attempts);
            self.request_id = evidence.request_id.as_deref();
        }
        if let Error::Chain(error) = error {
            self.members = Some(error.members.iter().map(MemberReport::from).collect());
        }
        if let Some(error) = endpoint_error {
            self.status = Some(error.status);
            self.code = error.code.as_deref();
            self.description = error.description.as_deref();
            self.correlation_id = error.correlation_id.as_deref();
        }
        self
    }
}

fn kind(error: &Error) -> (&'static str, Option<&EndpointError>) {
    match error {
        Error::Chain(_) => ("chain", None),
        Error::Challenge { .. } => ("challenge", None),
        Error::ClientCertificate { .. } => ("client_certificate", None),
        Error::Configuration(_) => ("configuration", None),
        Error::CredentialFile { .. } => ("credential_file", None),
        Error::DeveloperTool { .. } => ("developer_tool", None),
        Error::Endpoint { error, .. } => ("endpoint", Some(error)),
        Error::ForeignService { error, .. } => ("foreign_service", Some(error)),
        Error::InvalidResponse { .. } => ("invalid_response", None),
        Error::Transport { .. } => ("transport", None),
        _ => ("other", None),
    }
}

/// Rounded up, since waiting too short is of no use.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use managed_identity_simulator::SimulatorError;

    use super::{Failure, whole_seconds};

    #[test]
    fn failures_of_the_program_itself_are_not_blamed_on_others() {
        let key = SimulatorError::Key { what: "signing key", cause: "no randomness".to_owned() };
        for (failure, code) in [
            (Failure::Runtime(io::Error::other("no threads")), 1),
            (Failure::Simulator(key), 1),
            (Failure::Simulator(SimulatorError::NoIdentity), 2),
            (Failure::Output(io::Error::other("full")), 3),
        ] {
            assert_eq!(failure.mender().exit_code(), code, "{failure:?}");
        }
    }

    #[test]
    fn a_wait_is_never_told_too_short() {
        assert_eq!(whole_seconds(Duration::from_millis(1_001)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
    }
}
