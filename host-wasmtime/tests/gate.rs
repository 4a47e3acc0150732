//! Requests of a plug-in at the gate, and the mode in which it never sees a token.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::sync::{Arc, Mutex};

use http::header::{AUTHORIZATION, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use managed_identity_core::{
    AccessToken, ConfigError, FakeTokens, TokenDigest, TokenFuture, TokenProvider, TokenRequest,
};
use managed_identity_wasmtime::{Form, Gate, HttpRule, Io, Lend, Loan, Policy, Rate, Sender, Sending};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks as _};

const STORAGE: &str = "https://storage.azure.com";
const BLOB: &str = "https://contoso.blob.core.windows.net/reports/today";

/// Answers with a redirect, and remembers the headers of each request.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<HeaderMap>>>);

impl Sender for Sent {
    fn send(&self, request: Request<WasiBody>, _: Option<RequestOptions>) -> Sending {
        self.0.lock().unwrap().push(request.headers().clone());
        let mut response = Response::new(empty());
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, "https://contoso.example/".parse().unwrap());
        Box::pin(std::future::ready(Ok((response, nothing_to_do()))))
    }
}

fn empty() -> WasiBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

fn nothing_to_do() -> Io {
    Box::new(std::future::ready(Ok(())))
}

fn rule() -> HttpRule {
    HttpRule::exactly(Method::GET, &BLOB.parse().unwrap()).unwrap().with_token(STORAGE).unwrap()
}

fn policy() -> Policy {
    Policy::nothing().resource(STORAGE).unwrap().request(rule())
}

async fn send(gate: &mut Gate, request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
    Box::into_pin(gate.send_request(request, None, nothing_to_do())).await.map(|(response, _)| response)
}

fn get(address: &str) -> Request<WasiBody> {
    Request::get(address).body(empty()).unwrap()
}

#[tokio::test]
async fn the_host_adds_the_token_in_place_of_what_the_plug_in_set() {
    let sent = Sent::default();
    let told = Arc::new(Mutex::new(Vec::new()));
    let forms = Arc::clone(&told);
    let lend = Lend::new("p", FakeTokens::new(), &policy())
        .with_audit(move |loan: &Loan<'_>| forms.lock().unwrap().push((loan.form, loan.resource.to_owned())));
    let mut gate = Gate::new(&policy().requests).with_tokens(lend).with_sender(sent.clone());
    let mut request = get(&format!("{BLOB}?comp=metadata"));
    for _ in 0..2 {
        request.headers_mut().append(AUTHORIZATION, "Bearer stolen".parse().unwrap());
    }
    let response = send(&mut gate, request).await.unwrap();
    // A redirect is handed back as the answer it is.
    assert_eq!(response.status(), StatusCode::FOUND);
    let sent = sent.0.lock().unwrap();
    let [headers] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(headers.get_all(AUTHORIZATION).iter().collect::<Vec<_>>(), ["Bearer fake-1"]);
    assert!(headers[AUTHORIZATION].is_sensitive());
    assert_eq!(*told.lock().unwrap(), [(Form::Header, STORAGE.to_owned())]);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let unnamed = Policy::nothing().request(rule());
    let failing = FakeTokens::failing(ConfigError::RequestTooLong);
    for (lend, is_denied) in [
        (None, true),
        // The rule alone lends nothing: the policy has to name the resource.
        (Some(Lend::new("p", FakeTokens::new(), &unnamed)), true),
        (Some(Lend::new("p", failing, &policy())), false),
    ] {
        let sent = Sent::default();
        let gate = Gate::new(&policy().requests).with_sender(sent.clone());
        let mut gate = lend.into_iter().fold(gate, Gate::with_tokens);
        let Err(error) = send(&mut gate, get(BLOB)).await else { panic!("it was sent") };
        assert_eq!(matches!(error, Error::HttpRequestDenied), is_denied, "{error:?}");
        assert!(sent.0.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_no_rule_allows_is_denied_and_gets_no_token() {
    let sent = Sent::default();
    let lend = Lend::new("p", FakeTokens::new(), &policy());
    let mut gate = Gate::new(&policy().requests).with_tokens(lend).with_sender(sent.clone());
    let mut put = get(BLOB);
    *put.method_mut() = Method::PUT;
    let other = [put, get("https://contoso.blob.core.windows.net/reports/other"), get("https://contoso.example/")];
    for request in other {
        assert!(matches!(send(&mut gate, request).await, Err(Error::HttpRequestDenied)));
    }
    assert!(sent.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_without_such_a_rule_keeps_its_own_header() {
    let sent = Sent::default();
    let rule = HttpRule::exactly(Method::GET, &BLOB.parse().unwrap()).unwrap();
    let mut gate = Gate::new(&[rule]).with_sender(sent.clone());
    let mut request = get(BLOB);
    request.headers_mut().insert(AUTHORIZATION, "Bearer own".parse().unwrap());
    send(&mut gate, request).await.unwrap();
    assert_eq!(sent.0.lock().unwrap()[0][AUTHORIZATION], "Bearer own");
}

/// Answers 401, once with a challenge that asks for other claims and then without.
#[derive(Clone, Default)]
struct Rejecting(Arc<Mutex<Vec<HeaderMap>>>);

impl Sender for Rejecting {
    fn send(&self, request: Request<WasiBody>, _: Option<RequestOptions>) -> Sending {
        let mut requests = self.0.lock().unwrap();
        requests.push(request.headers().clone());
        let challenge = match requests.len() {
            1 => r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#,
            _ => r#"Bearer realm="""#,
        };
        let response = Response::builder().status(StatusCode::UNAUTHORIZED).header(WWW_AUTHENTICATE, challenge);
        Box::pin(std::future::ready(Ok((response.body(empty()).unwrap(), nothing_to_do()))))
    }
}

/// Fakes, and which rejected token each was asked in place of.
#[derive(Clone, Default)]
struct Asked(Arc<FakeTokens>, Arc<Mutex<Vec<Option<TokenDigest>>>>);

impl TokenProvider for Asked {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        self.1.lock().unwrap().push(request.rejected());
        self.0.get_token(request)
    }
}

#[tokio::test]
async fn another_token_is_asked_for_in_place_of_one_that_a_service_rejects() {
    let sent = Rejecting::default();
    let asked = Asked::default();
    let lend = Lend::new("p", asked.clone(), &policy());
    for _ in 0..3 {
        // Each instance of a plug-in has a gate of its own.
        let mut gate = Gate::new(&policy().requests).with_tokens(lend.clone()).with_sender(sent.clone());
        assert_eq!(send(&mut gate, get(BLOB)).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    let first = TokenDigest::of(&AccessToken::fake("fake-1", STORAGE));
    // An ordinary 401, as the second one is, says nothing against the token.
    assert_eq!(*asked.1.lock().unwrap(), [None, Some(first), None]);
    let added: Vec<_> = sent.0.lock().unwrap().iter().map(|headers| headers[AUTHORIZATION].clone()).collect();
    assert_eq!(added, ["Bearer fake-1", "Bearer fake-2", "Bearer fake-3"]);
}

#[tokio::test]
async fn a_plug_in_that_provokes_rejections_gets_no_more_than_its_rate() {
    let sent = Rejecting::default();
    let lend = Lend::new("p", FakeTokens::new(), &policy().rejections(Rate::per_minute(0)));
    let mut gate = Gate::new(&policy().requests).with_tokens(lend).with_sender(sent.clone());
    send(&mut gate, get(BLOB)).await.unwrap();
    assert!(matches!(send(&mut gate, get(BLOB)).await, Err(Error::HttpRequestDenied)));
    // What was not replaced is not asked about again.
    send(&mut gate, get(BLOB)).await.unwrap();
    assert_eq!(sent.0.lock().unwrap().len(), 2);
}
