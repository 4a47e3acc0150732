//! Between the plain values of the check and the types of the machine.

use std::time::Duration;

use managed_identity_core::{
    Acquire, HttpCall, HttpResponse, Source, Step, Thumbprint, TokenRequest, TransportError, TransportErrorKind, Trust,
    UnixTime,
};
use managed_identity_simulator::driver_check::{DriverCall, DriverError, DriverOutcome, DriverTrust};

/// The machine's own call to the source that a call of the check looks like, with the promises of that.
pub(crate) fn machine_call(call: &DriverCall) -> Box<HttpCall> {
    let endpoint = call.url.split('?').next().unwrap();
    let (name, secret) = &call.headers[0];
    let source = match *name {
        "secret" => Source::service_fabric(endpoint, secret, &"0".repeat(40)),
        "metadata" => Source::cloud_shell(endpoint),
        _ => Source::app_service(endpoint, secret),
    };
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let Step::Http { call: machine, .. } =
        Acquire::new(source.unwrap(), request).unwrap().start(1, UnixTime::default())
    else {
        panic!("the machine does not begin with a request")
    };
    let (request, mut policy) = machine.into_parts();
    assert_eq!(
        (request.method().as_str(), request.url().as_str(), request.body()),
        (call.method, &*call.url, &*call.body)
    );
    policy.connect_timeout = call.connect_timeout;
    policy.read_timeout = call.read_timeout;
    policy.total_timeout = call.total_timeout;
    policy.max_body = call.max_body;
    policy.trust = match &call.trust {
        DriverTrust::Plain => Trust::Plain,
        DriverTrust::Roots => Trust::Roots,
        DriverTrust::Pinned(thumbprint) => Trust::Leaf(Thumbprint::parse(thumbprint).unwrap()),
        other => panic!("unknown trust: {other:?}"),
    };
    Box::new(HttpCall::new(request, policy))
}

/// What a driver of the machine says, in plain values.
pub(crate) fn plain_outcome(outcome: Result<HttpResponse, TransportError>) -> DriverOutcome {
    match outcome {
        Ok(answer) => DriverOutcome::Answer { status: answer.status(), body: answer.body().len() },
        Err(error) => DriverOutcome::Failed(match error.kind() {
            TransportErrorKind::BodyTooLarge => DriverError::BodyTooLarge,
            TransportErrorKind::Broken => DriverError::Broken,
            TransportErrorKind::Certificate => DriverError::Certificate,
            TransportErrorKind::Connect => DriverError::Connect,
            TransportErrorKind::Denied => DriverError::Denied,
            TransportErrorKind::Protocol => DriverError::Protocol,
            TransportErrorKind::Timeout => DriverError::Timeout,
            TransportErrorKind::Unsupported(promise) => DriverError::Unsupported(promise.as_str().to_owned()),
            other => panic!("unknown kind: {other:?}"),
        }),
    }
}

/// Longer than any limit of the check.
pub(crate) const HANGS: Duration = Duration::from_secs(120);
