//! Every request of a plug-in comes through here.

mod named;
mod sender;

use std::sync::Arc;

use http::Request;
use http::header::AUTHORIZATION;
use http_body_util::BodyExt as _;
use managed_identity_core::{AccessToken, BearerChallenge, TokenDigest, TokenRequest};
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

use crate::audit::Form;
use crate::convert::Ask;
use crate::lend::Lend;
use crate::outcome::NoToken;
use crate::policy::HttpRule;

use named::named;
pub use sender::{Io, Sender, Sending, Sent, WasmtimeSender};

/// Lets through what the rules of a policy allow. Anything else is answered with `HTTP-request-denied`, and nothing is
/// sent. The first rule that matches decides whether the host adds a token.
///
/// It is for the `hooks` of [`WasiHttpCtxView`](wasmtime_wasi_http::WasiHttpCtxView), and serves WASI 0.2 and 0.3.
pub struct Gate {
    rules: Arc<[HttpRule]>,
    lend: Option<Lend>,
    sender: Arc<dyn Sender>,
}

impl Gate {
    /// A gate that sends what these rules allow, and no request that a token has to be added to.
    #[must_use]
    pub fn new(rules: &[HttpRule]) -> Self {
        Self { rules: rules.into(), lend: None, sender: Arc::new(WasmtimeSender) }
    }

    /// Takes the tokens that are added to requests from here. The policy of this loan has to name their resources too, and
    /// its rates and its audit hold for them as well.
    #[must_use]
    pub fn with_tokens(mut self, lend: Lend) -> Self {
        self.lend = Some(lend);
        self
    }

    /// Sends in another way.
    #[must_use]
    pub fn with_sender(mut self, sender: impl Sender + 'static) -> Self {
        self.sender = Arc::new(sender);
        self
    }
}

impl WasiHttpHooks for Gate {
    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Io,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let Some(rule) = self.rules.iter().find(|rule| rule.matches(request.method(), request.uri())) else {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        };
        let sender = Arc::clone(&self.sender);
        let resource = rule.token().map(str::to_owned);
        let lend = self.lend.clone();
        Box::new(async move {
            let mut added = None;
            if let Some(resource) = resource {
                let lend = lend.ok_or(Error::HttpRequestDenied)?;
                let token = token(&lend, &resource).await?;
                request.headers_mut().insert(AUTHORIZATION, token.authorization().ok_or(Error::HttpRequestDenied)?);
                added = Some((lend, resource, TokenDigest::of(&token)));
            }
            let (response, io) = sender.send(request, options).await.map_err(named)?;
            if let Some((lend, resource, token)) = added
                && BearerChallenge::rejects_token(response.status(), response.headers())
            {
                lend.rejected.note(resource, token);
            }
            Ok((response.map(|body| body.map_err(named).boxed_unsync()), io))
        })
    }
}

/// The token to add: another one than the one that the service rejected when it was added last. What the plug-in is not told
/// is in the audit.
async fn token(lend: &Lend, resource: &str) -> Result<AccessToken> {
    let request = TokenRequest::for_resource(resource).map_err(|_| Error::HttpRequestDenied)?;
    let request = match lend.rejected.take(resource) {
        Some(rejected) => request.with_rejected_digest(rejected),
        None => request,
    };
    let ask = Ask { request, time_budget: None };
    lend.token(&ask, Form::Header).await.map_err(|reason| match reason {
        NoToken::Refused(_) => Error::HttpRequestDenied,
        NoToken::Failed(_) | NoToken::TooLate(_) => Error::InternalError(Some("the host has no token".to_owned())),
    })
}
