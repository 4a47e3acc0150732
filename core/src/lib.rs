//! Azure managed identity as a state machine without I/O.
//!
//! A program that runs on Azure, or on a machine joined to Azure Arc, can get an access token from an endpoint beside it
//! without holding a credential. Every kind of host speaks its own dialect. This crate knows them all and does nothing
//! itself: it says which request to send, which file to read or how long to wait, and a driver does it.
//!
//! What it does not do: it opens no socket and no file, reads no clock and no environment variable, draws no random
//! number, and has no `async`, no lock and no thread. Drivers for native programs, WebAssembly components and JavaScript
//! are in crates of their own.
//!
//! # How to hold it
//!
//! 1. Take a snapshot of the environment and let [`detect`] find the [`Source`].
//! 2. Put source and [`TokenRequest`] together in an [`Acquire`] and call [`Acquire::start`].
//! 3. Perform the effect that each [`Step`] names and hand its result to `then.resume(..)`, until [`Step::Done`].
//!
//! Driven by hand on an Azure Arc server, where the agent wants to see a key file first. Requests and answers are those of
//! the `http` crate:
//!
#![cfg_attr(feature = "http", doc = "```")]
#![cfg_attr(not(feature = "http"), doc = "```ignore")]
//! use managed_identity_core::{
//!     Acquire, DetectionOptions, Environment, HostFacts, Platform, Step, TokenRequest, UnixTime, detect, http::Response,
//! };
//!
//! let environment = Environment::from_lookup(|_| None);
//! let facts = HostFacts::of(Platform::Linux).with_arc_agent(true);
//! let source = detect(&environment, facts, DetectionOptions::default())?.source;
//! let now = UnixTime::from_secs(1_700_000_000);
//! let request = TokenRequest::for_resource("https://vault.azure.net")?;
//!
//! let Step::Http { call, then } = Acquire::new(source, request)?.start(42, now) else { panic!() };
//! let (request, _policy) = call.into_http()?;
//! assert_eq!(request.uri().path(), "/metadata/identity/oauth2/token");
//! let challenge = "Basic realm=/var/opt/azcmagent/tokens/1.key";
//! let answer = Response::builder().status(401).header("www-authenticate", challenge).body("")?;
//!
//! let Step::ReadFile { file, then } = then.resume(Ok(answer), now) else { panic!() };
//! assert_eq!(file.path, "/var/opt/azcmagent/tokens/1.key");
//!
//! let Step::Http { call, then } = then.resume(Ok(b"key".to_vec())) else { panic!() };
//! let (request, _policy) = call.into_http()?;
//! assert_eq!(request.headers()["authorization"], "Basic key");
//! let answer = Response::new(r#"{"access_token":"eyJ...","expires_in":"3600"}"#);
//!
//! let Step::Done(outcome) = then.resume(Ok(answer), now) else { panic!() };
//! assert_eq!(outcome?.expires_on(), UnixTime::from_secs(1_700_003_600));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A blocking program implements the four calls of [`Effects`] and uses [`Step::run`]. What detection looks at on this
//! machine, and the reading of key files, is in the crate `managed-identity-fs`; ready-made clients are in
//! `managed-identity-reqwest` (native, async) and `managed-identity-wasi` (WebAssembly components).
//!
//! # Transitions
//!
#![doc = include_str!("transitions.md")]
//!
//! # Secrets
//!
//! Tokens, key file contents, federated tokens and identity headers never show in `Debug`, `Display` or errors, and all
//! that this crate's types hold of them is wiped on drop, requests and answers on their way included.
//!
//! # Features
//!
//! - `http` (default): a call is taken as an `http::Request` and an answer is given as an `http::Response`. Needs `std`.
//! - `std` (part of `http`): the kinds of errors can be had from [`std::io::ErrorKind`].
//! - `chain`: credentials beside managed identity (service principals, developer tools), and chains of them. Without it
//!   [`Step::Run`] and [`Step::Sign`] never come.
//! - `testing`: a token provider for the tests of programs that use tokens.
//!
//! Without features nothing here needs `std`.
//!
//! # Left out on purpose
//!
//! Passwords of people, and the sign-ins of a browser.

#![no_std]
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod cache;
mod credential;
mod effect;
mod error;
mod kind;
mod machine;
mod provider;
mod values;
mod wire;

pub use cache::{CacheKey, Epoch, Lease, Lookup, RefreshPolicy, TokenCache, Wish};
#[cfg(feature = "chain")]
pub use credential::{Chain, ChainOptions, Member};
pub use credential::{
    Detection, DetectionOptions, Environment, FileGrant, Grants, HostFacts, RuledOut, Source, SourceSettings,
    TokenProxy, UnknownMember, Variable, detect,
};
pub use effect::{
    CommandOutput, CommandRequest, FileRequest, HttpCall, HttpPolicy, RetryCause, Route, SignRequest, Signed, Trust,
};
#[cfg(feature = "chain")]
pub use error::{ChainError, MemberError, ToolError};
pub use error::{
    ChallengeError, CommandError, CommandErrorKind, ConfigError, EndpointError, Error, Evidence, Explanation, Fault,
    FileError, FileErrorKind, InvalidResponse, Note, OtherContent, SignError, SignErrorKind, Stopped, TransportError,
    TransportErrorKind, UnusableToken,
};
#[cfg(feature = "http")]
pub use http;
pub use kind::{
    AgentFile, FilePurpose, ForeignService, IdentityKind, Platform, PolicyField, SignatureAlgorithm, SourceKind,
    UnknownSource,
};
#[cfg(feature = "chain")]
pub use kind::{CredentialKind, DeveloperTool, UnknownCredential, Verdict};
#[cfg(feature = "chain")]
pub use machine::AcquireFromChain;
pub use machine::{
    Acquire, AcquireOptions, AwaitFile, AwaitOutput, AwaitResponse, AwaitSignature, AwaitWake, Effects, GoneRetry,
    RetryPolicy, Step,
};
#[cfg(feature = "testing")]
pub use provider::FakeTokens;
pub use provider::{TokenFuture, TokenProvider};
pub use values::{
    AccessToken, Identity, Secret, Thumbprint, TokenDigest, TokenIdentity, TokenRequest, UnixTime, WeakAccessToken,
};
pub use wire::{BearerChallenge, Body, Endpoint, HttpHeader, HttpMethod, HttpRequest, HttpResponse};
