//! A flow stepped by hand, as in the unit test of a program that brings its own HTTP stack: `cargo test`.
//!
//! Requests and answers are those of the `http` crate. There is no network, no clock and no runtime; what a real driver
//! would do is written here line by line.

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::time::Duration;

    use managed_identity_core::http::{Request, Response};
    use managed_identity_core::{
        Acquire, AwaitResponse, Body, FileError, FileErrorKind, Identity, Platform, Source, Step, TokenRequest,
        TransportError, TransportErrorKind, UnixTime,
    };

    type Outcome = Result<(), Box<dyn Error>>;

    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
    const KEY_FILE: &str = "/var/opt/azcmagent/tokens/1.key";

    fn arc() -> Result<Source, Box<dyn Error>> {
        let endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
        Ok(Source::azure_arc(endpoint, "/var/opt/azcmagent/tokens", Platform::Linux)?)
    }

    /// The request of a step, and what waits for its answer.
    fn sent(step: Step) -> Result<(Request<Body>, AwaitResponse), Box<dyn Error>> {
        let Step::Http { call, then } = step else { return Err(format!("no request: {step:?}").into()) };
        let (request, _policy) = call.into_http()?;
        Ok((request, then))
    }

    fn challenge() -> Result<Response<&'static str>, managed_identity_core::http::Error> {
        Response::builder().status(401).header("www-authenticate", format!("Basic realm={KEY_FILE}")).body("")
    }

    #[test]
    fn the_agent_sees_its_key_and_gives_a_token() -> Outcome {
        let request = TokenRequest::for_resource("https://vault.azure.net")?;
        let (request, then) = sent(Acquire::new(arc()?, request)?.start(42, NOW))?;
        assert_eq!(request.method(), "GET");
        assert_eq!(request.uri().host(), Some("127.0.0.1"));
        assert_eq!(request.headers()["metadata"], "true");
        assert!(!request.headers().contains_key("authorization"));

        let Step::ReadFile { file, then } = then.resume(Ok(challenge()?), NOW) else { panic!("no file") };
        assert_eq!(file.path, KEY_FILE);
        let (request, then) = sent(then.resume(Ok(b"the key".to_vec())))?;
        assert_eq!(request.headers()["authorization"], "Basic the key");
        assert!(request.headers()["authorization"].is_sensitive());

        let answer = Response::new(r#"{"access_token":"eyJ...","expires_in":"3600","token_type":"Bearer"}"#);
        let Step::Done(outcome) = then.resume(Ok(answer), NOW) else { panic!("not the end") };
        let token = outcome?;
        assert_eq!((token.secret(), token.expires_on()), ("eyJ...", NOW + Duration::from_secs(3600)));
        Ok(())
    }

    #[test]
    fn a_busy_agent_is_asked_again_after_the_time_it_names() -> Outcome {
        let request = TokenRequest::for_resource("https://vault.azure.net")?.with_identity(Identity::client_id("c-1"));
        let (request, then) = sent(Acquire::new(arc()?, request)?.start(42, NOW))?;
        assert!(request.uri().query().is_some_and(|query| query.contains("client_id=c-1")));
        let busy = Response::builder().status(429).header("retry-after", "7").body("")?;
        let Step::Sleep { delay, then, .. } = then.resume(Ok(busy), NOW) else { panic!("no wait") };
        // Put off by up to a fifth, so that the callers of a busy agent do not come back together.
        assert!((Duration::from_secs(7)..=Duration::from_millis(8_400)).contains(&delay), "{delay:?}");
        let (_, then) = sent(then.resume())?;

        let refused = TransportError::new(TransportErrorKind::Connect, "connection refused");
        let step = then.resume(Err::<Response<&str>, _>(refused), NOW + delay);
        assert!(matches!(step, Step::Sleep { .. }), "{step:?}");
        Ok(())
    }

    #[test]
    fn a_key_that_may_not_be_read_says_what_to_do() -> Outcome {
        let request = TokenRequest::for_resource("https://vault.azure.net")?;
        let (_, then) = sent(Acquire::new(arc()?, request)?.start(42, NOW))?;
        let Step::ReadFile { then, .. } = then.resume(Ok(challenge()?), NOW) else { panic!("no file") };
        let denied = FileError::new(FileErrorKind::PermissionDenied, "");
        let Step::Done(Err(error)) = then.resume(Err(denied)) else { panic!("not the end") };
        assert!(error.to_string().contains(KEY_FILE), "{error}");
        assert!(error.next_step().contains("himds"), "{}", error.next_step());
        assert!(error.source().is_some_and(|cause| cause.to_string() == "this user may not read it"));
        Ok(())
    }
}
