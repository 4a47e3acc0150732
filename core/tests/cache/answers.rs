//! Outcomes as a real flow makes them, for the tests of the cache.

use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, Effects, Error, FileError, FileRequest, HttpCall, HttpResponse, RetryPolicy, Source,
    TokenRequest, TransportError, UnixTime,
};

/// An endpoint that answers once.
struct Once {
    now: UnixTime,
    answer: Option<HttpResponse>,
}

impl Effects for Once {
    fn now(&mut self) -> UnixTime {
        self.now
    }

    fn seed(&mut self) -> u64 {
        1
    }

    fn send(&mut self, _: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        Ok(self.answer.take().expect("one request only"))
    }

    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        panic!("no file is read, but asked for {file:?}")
    }

    fn sleep(&mut self, _: Duration) {
        panic!("nothing is retried")
    }
}

/// What comes of one request that is answered at `now` by this status, `Retry-After` and body.
pub(crate) fn outcome(now: UnixTime, status: u16, retry_after: Option<u64>, body: &str) -> Result<AccessToken, Error> {
    let mut answer = HttpResponse::new(status, body.as_bytes().to_vec());
    if let Some(seconds) = retry_after {
        answer = answer.with_header("retry-after", seconds.to_string().as_bytes());
    }
    let answer = Some(answer);
    let source = Source::imds("http://127.0.0.1").unwrap();
    let acquire = Acquire::new(source, TokenRequest::for_resource("R").unwrap()).unwrap();
    acquire.with_retry(RetryPolicy::none()).start(1, now).run(&mut Once { now, answer })
}

/// A token that comes at `now`, lives `expires_in` seconds and hints to renew it after `refresh_in` seconds.
pub(crate) fn token(
    now: UnixTime,
    secret: &str,
    expires_in: u64,
    refresh_in: Option<u64>,
) -> Result<AccessToken, Error> {
    let hint = refresh_in.map(|seconds| format!(r#","refresh_in":{seconds}"#)).unwrap_or_default();
    outcome(now, 200, None, &format!(r#"{{"access_token":"{secret}","expires_in":{expires_in}{hint}}}"#))
}
