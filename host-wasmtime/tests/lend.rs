//! What is lent to a plug-in and what is refused, asked as wasmtime asks on its behalf.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use managed_identity_core::{
    AccessToken, ConfigError, FakeTokens, Identity as CoreIdentity, TokenFuture, TokenProvider, TokenRequest as Asked,
};
use managed_identity_wasmtime::bindings::client::tokens::Host as _;
use managed_identity_wasmtime::bindings::client::types::{
    ConfigurationProblem, Denial, Error, ErrorReason, Identity, Target, Token, TokenOptions, TokenRequest,
    TransportFailure,
};
use managed_identity_wasmtime::{Lend, Loan, Policy, Rate};

const VAULT: &str = "https://vault.azure.net";

fn policy() -> Policy {
    Policy::nothing().resource(VAULT).unwrap()
}

fn request(target: Target) -> TokenRequest {
    TokenRequest { target, identity: Identity::SystemAssigned, options: None }
}

fn for_vault() -> TokenRequest {
    request(Target::Resource(VAULT.to_owned()))
}

fn options() -> TokenOptions {
    TokenOptions {
        client_capabilities: Vec::new(),
        rejected_token: None,
        force_refresh: false,
        time_budget: None,
        retries: true,
        client_headers: true,
    }
}

fn with(options: TokenOptions) -> TokenRequest {
    TokenRequest { options: Some(options), ..for_vault() }
}

async fn get(mut lend: &Lend, request: TokenRequest) -> Result<Token, Error> {
    lend.get_token(request).await
}

/// Lines of an audit.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn of(&self, lend: Lend) -> Lend {
        let lines = self.clone();
        lend.with_audit(move |loan: &Loan<'_>| lines.0.lock().unwrap().push(loan.to_string()))
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Never has a token, and knows whether it was asked.
#[derive(Clone, Default)]
struct Never(Arc<AtomicBool>);

impl TokenProvider for Never {
    fn get_token<'a>(&'a self, _: &'a Asked) -> TokenFuture<'a> {
        self.0.store(true, Ordering::Relaxed);
        Box::pin(std::future::pending())
    }
}

/// Remembers what it was asked for.
#[derive(Clone, Default)]
struct Remembers(Arc<Mutex<Vec<Asked>>>);

impl TokenProvider for Remembers {
    fn get_token<'a>(&'a self, request: &'a Asked) -> TokenFuture<'a> {
        self.0.lock().unwrap().push(request.clone());
        Box::pin(std::future::ready(Ok(AccessToken::fake("secret-text", request.resource()))))
    }
}

#[tokio::test]
async fn a_resource_of_the_policy_is_lent_however_it_is_named() {
    for entry in [VAULT, "https://vault.azure.net/.default"] {
        let lend = Lend::new("p", FakeTokens::new(), &Policy::nothing().resource(entry).unwrap());
        for target in [
            Target::Resource(VAULT.to_owned()),
            Target::Resource(format!("{VAULT}/.default")),
            Target::Scope(format!("{VAULT}/.default")),
        ] {
            let token = get(&lend, request(target)).await.unwrap();
            assert_eq!((token.resource.as_str(), token.token_type.as_str()), (VAULT, "Bearer"));
        }
    }
}

#[tokio::test]
async fn any_other_resource_is_denied_by_name() {
    let lend = Lend::new("p", FakeTokens::new(), &policy());
    for other in ["https://graph.microsoft.com", "https://vault.azure.net/", "https://vault.azure.net.contoso.example"]
    {
        let error = get(&lend, request(Target::Resource(other.to_owned()))).await.unwrap_err();
        assert!(matches!(&error.reason, ErrorReason::Denied(Denial::Resource(it)) if it == other), "{error:?}");
        assert!(error.message.contains(other) && !error.transient, "{error:?}");
    }
    let nothing = get(&Lend::nothing("p"), for_vault()).await.unwrap_err();
    assert!(matches!(nothing.reason, ErrorReason::Denied(Denial::Resource(_))), "{nothing:?}");
}

#[tokio::test]
async fn what_is_no_request_is_a_configuration_error() {
    let lend = Lend::new("p", FakeTokens::new(), &policy());
    for (target, problem) in [
        (Target::Other(VAULT.to_owned()), ConfigurationProblem::EmptyResource),
        (Target::Resource(" ".to_owned()), ConfigurationProblem::EmptyResource),
        (Target::Scope(format!("{VAULT}/.default {VAULT}/.default")), ConfigurationProblem::SeveralScopes),
    ] {
        let error = get(&lend, request(target)).await.unwrap_err();
        assert!(matches!(error.reason, ErrorReason::Configuration(it) if it == problem), "{error:?}");
    }
    let unknown = TokenRequest { identity: Identity::Other("group".to_owned()), ..for_vault() };
    let error = get(&lend, unknown).await.unwrap_err();
    assert!(matches!(error.reason, ErrorReason::Configuration(ConfigurationProblem::UnknownIdentityType)), "{error:?}");
}

#[tokio::test]
async fn an_identity_is_lent_if_the_policy_names_it() {
    let provider = Remembers::default();
    let lend = Lend::new("p", provider.clone(), &policy().identity(CoreIdentity::client_id("mine")));
    let as_client = |id: &str| TokenRequest { identity: Identity::ClientId(id.to_owned()), ..for_vault() };
    get(&lend, as_client("mine")).await.unwrap();
    get(&lend, for_vault()).await.unwrap();
    let error = get(&lend, as_client("yours")).await.unwrap_err();
    assert!(matches!(error.reason, ErrorReason::Denied(Denial::Other(_))), "{error:?}");
    assert!(error.message.contains("client id yours"), "{error:?}");
    // The same text is another identity where it is another kind of id.
    let by_object = TokenRequest { identity: Identity::ObjectId("mine".to_owned()), ..for_vault() };
    get(&lend, by_object).await.unwrap_err();
    let asked: Vec<CoreIdentity> = provider.0.lock().unwrap().iter().map(|it| it.identity().clone()).collect();
    assert_eq!(asked, [CoreIdentity::client_id("mine"), CoreIdentity::SystemAssigned]);
}

#[tokio::test]
async fn an_option_that_is_the_host_s_to_choose_is_refused_by_name() {
    let provider = Never::default();
    let lend = Lend::new("p", provider.clone(), &policy());
    for (option, name) in [
        (TokenOptions { force_refresh: true, ..options() }, "force-refresh"),
        (TokenOptions { retries: false, ..options() }, "retries"),
        (TokenOptions { client_headers: false, ..options() }, "client-headers"),
    ] {
        let error = get(&lend, with(option)).await.unwrap_err();
        assert!(matches!(&error.reason, ErrorReason::Denied(Denial::Other(_))), "{error:?}");
        assert!(error.message.contains(name) && !error.next_step.is_empty(), "{error:?}");
    }
    assert!(!provider.0.load(Ordering::Relaxed), "it was asked for after all");
}

#[tokio::test]
async fn capabilities_and_a_rejected_token_are_passed_on() {
    let provider = Remembers::default();
    let lend = Lend::new("p", provider.clone(), &policy());
    let rejected = Some("rejected".to_owned());
    get(
        &lend,
        with(TokenOptions { client_capabilities: vec!["cp1".to_owned()], rejected_token: rejected, ..options() }),
    )
    .await
    .unwrap();
    let expected = Asked::for_resource(VAULT)
        .unwrap()
        .with_client_capabilities(["cp1"])
        .with_rejected_token(&AccessToken::fake("rejected", VAULT));
    assert_eq!(*provider.0.lock().unwrap(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_time_budget_is_kept() {
    let lend = Lend::new("p", Never::default(), &policy());
    let begun = tokio::time::Instant::now();
    let error = get(&lend, with(TokenOptions { time_budget: Some(1500), ..options() })).await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_millis(1500));
    assert!(
        matches!(error.reason, ErrorReason::Unavailable(TransportFailure::Timeout)) && error.transient,
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn thousands_of_calls_get_what_the_rate_allows() {
    let tokens = Arc::new(FakeTokens::new());
    let lend = Lend::new("p", Arc::clone(&tokens), &policy().tokens(Rate::per_minute(60)));
    // Each instance of the plug-in has a clone; they share the rate.
    for _ in 0..5000 {
        let _ = get(&lend.clone(), for_vault()).await;
    }
    assert_eq!(tokens.calls(), 60);
    let error = get(&lend, for_vault()).await.unwrap_err();
    assert!(error.transient && error.message.contains("at most 60 tokens in 60 s"), "{error:?}");
    assert!(error.next_step.contains("ask again in 1 s"), "{error:?}");
    tokio::time::advance(Duration::from_secs(1)).await;
    get(&lend, for_vault()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rejections_have_a_rate_of_their_own() {
    let tokens = Arc::new(FakeTokens::new());
    let lend = Lend::new("p", Arc::clone(&tokens), &policy());
    let rejecting = || with(TokenOptions { rejected_token: Some("t".to_owned()), ..options() });
    for _ in 0..5 {
        get(&lend, rejecting()).await.unwrap();
    }
    let error = get(&lend, rejecting()).await.unwrap_err();
    assert!(error.message.contains("at most 5 tokens in 60 s that this plug-in rejects"), "{error:?}");
    get(&lend, for_vault()).await.unwrap();
    assert_eq!(tokens.calls(), 6);
}

#[tokio::test]
async fn a_huge_text_is_not_looked_at_and_not_repeated() {
    let lines = Lines::default();
    let lend = lines.of(Lend::new("p", FakeTokens::new(), &policy()));
    let huge = || "é".repeat(1 << 20);
    for request in [
        request(Target::Resource(huge())),
        request(Target::Scope(huge())),
        TokenRequest { identity: Identity::ResourceId(huge()), ..for_vault() },
        TokenRequest { identity: Identity::Other(huge()), ..for_vault() },
        with(TokenOptions { client_capabilities: vec![huge()], ..options() }),
        with(TokenOptions { client_capabilities: vec![String::new(); 10_000], ..options() }),
    ] {
        let error = get(&lend, request).await.unwrap_err();
        assert!(matches!(error.reason, ErrorReason::Denied(Denial::Other(_))), "{}", error.message);
        assert!(format!("{error:?}").len() < 2000);
    }
    get(&lend, request(Target::Other(huge()))).await.unwrap_err();
    let lines = lines.take();
    assert!(lines.len() == 7 && lines.iter().all(|line| line.len() < 1000), "{} lines", lines.len());
}

#[tokio::test]
async fn the_audit_tells_who_got_what_and_never_the_token() {
    let lines = Lines::default();
    let lend = lines.of(Lend::new("reader", Remembers::default(), &policy()));
    get(&lend, for_vault()).await.unwrap();
    get(&lend, request(Target::Resource("https://graph.microsoft.com".to_owned()))).await.unwrap_err();
    get(&lend, TokenRequest { identity: Identity::ClientId("x".to_owned()), ..for_vault() }).await.unwrap_err();
    get(&lend, request(Target::Other("?".to_owned()))).await.unwrap_err();
    let failing = lines.of(Lend::new("reader", FakeTokens::failing(ConfigError::RequestTooLong), &policy()));
    get(&failing, for_vault()).await.unwrap_err();
    let lines = lines.take();
    assert_eq!(
        lines[..4],
        [
            r#"reader asks for a token for "https://vault.azure.net": lent, from imds, until 4102444800"#,
            r#"reader asks for a token for "https://graph.microsoft.com": the host gives this plug-in no token for https://graph.microsoft.com"#,
            r#"reader asks for a token for "https://vault.azure.net" as "x": the host gives this plug-in no token of the identity with the client id x"#,
            r#"reader asks for a token for "?": the resource is empty"#,
        ]
    );
    assert!(lines.len() == 5 && !lines.concat().contains("secret-text"), "{lines:?}");
}

#[tokio::test]
async fn a_plug_in_that_ends_while_it_waits_is_in_the_audit() {
    let lines = Lines::default();
    let lend = lines.of(Lend::new("reader", Never::default(), &policy()));
    let mut waiting = Box::pin(get(&lend, for_vault()));
    assert!(futures_are_pending(&mut waiting).await);
    assert!(lines.take().is_empty());
    drop(waiting);
    assert_eq!(lines.take(), [r#"reader asks for a token for "https://vault.azure.net": it did not wait for it"#]);
}

#[tokio::test]
async fn a_loan_that_is_taken_back_ends_the_waiting_and_refuses_the_rest() {
    let lend = Lend::new("p", Never::default(), &policy());
    let waiting = tokio::spawn({
        let lend = lend.clone();
        async move { get(&lend, for_vault()).await }
    });
    tokio::task::yield_now().await;
    lend.clone().revoke();
    for error in [waiting.await.unwrap().unwrap_err(), get(&lend, for_vault()).await.unwrap_err()] {
        assert_eq!(error.message, "the host lends this plug-in no tokens any more");
        assert!(matches!(error.reason, ErrorReason::Denied(Denial::Other(_))) && !error.transient);
    }
}

async fn futures_are_pending(future: &mut std::pin::Pin<Box<impl Future>>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
}
