//! The whole driver: four effects over a blocking HTTP client, for sources that speak plain HTTP.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use managed_identity_core::{
    Effects, FileError, FileRequest, HttpCall, HttpResponse, PolicyField, TransportError, TransportErrorKind, UnixTime,
    http,
};

/// The promises that this driver keeps: all but those that need TLS.
const ABILITIES: &[PolicyField] =
    &[PolicyField::NoProxy, PolicyField::NoRedirect, PolicyField::MaxBody, PolicyField::TimeLimit];

/// The effects of a program without an async runtime.
#[derive(Debug, Clone, Copy)]
pub struct Blocking;

impl Effects for Blocking {
    fn now(&mut self) -> UnixTime {
        UnixTime::from_duration(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn seed(&mut self) -> u64 {
        // Each `RandomState` hashes with keys that the operating system seeded.
        RandomState::new().build_hasher().finish()
    }

    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        let (request, policy) = call.into_http()?;
        if let Some(field) = policy.unmet(ABILITIES) {
            return Err(TransportError::new(TransportErrorKind::Unsupported(field), "built without TLS"));
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(policy.connect_timeout))
            .timeout_recv_response(Some(policy.read_timeout))
            // The client has no limit for the next byte. One for all of the body is stricter, and such bodies are small.
            .timeout_recv_body(Some(policy.read_timeout))
            .timeout_global(Some(policy.total_timeout))
            .build()
            .into();
        // The body is lent, so that it is wiped here when the call is over.
        let (parts, body) = request.into_parts();
        let request = http::Request::from_parts(parts, body.as_bytes());
        let (parts, mut body) = agent.run(request).map_err(|error| failure(&error))?.into_parts();
        // The client takes a body that is as long as its limit for one that is longer.
        let limit = (policy.max_body as u64).saturating_add(1);
        let body = body.with_config().limit(limit).read_to_vec().map_err(|error| failure(&error))?;
        Ok(http::Response::from_parts(parts, body).into())
    }

    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        managed_identity_fs::read(file)
    }

    fn sleep(&mut self, delay: Duration) {
        thread::sleep(delay);
    }
}

fn failure(error: &ureq::Error) -> TransportError {
    let kind = match error {
        ureq::Error::Timeout(ureq::Timeout::Connect) | ureq::Error::ConnectionFailed => TransportErrorKind::Connect,
        ureq::Error::Io(error) => error.kind().into(),
        ureq::Error::Timeout(_) => TransportErrorKind::Timeout,
        ureq::Error::BodyExceedsLimit(_) => TransportErrorKind::BodyTooLarge,
        ureq::Error::Protocol(_) => TransportErrorKind::Protocol,
        _ => TransportErrorKind::Broken,
    };
    TransportError::new(kind, &error.to_string())
}
