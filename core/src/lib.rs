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
//! Driven by hand on an Azure Arc server, where the agent wants to see a key file first:
//!
//! ```
//! use managed_identity_core::{
//!     Acquire, DetectionOptions, Environment, HostFacts, HttpResponse, Platform, Step, TokenRequest, UnixTime, detect,
//! };
//!
//! let environment = Environment::from_lookup(|_| None);
//! let facts = HostFacts { platform: Platform::Linux, arc_agent: true };
//! let source = detect(&environment, facts, DetectionOptions::default())?.source;
//! let now = UnixTime::from_secs(1_700_000_000);
//! let request = TokenRequest::for_resource("https://vault.azure.net")?;
//!
//! let Step::Http { call, then } = Acquire::new(source, request)?.start(42, now) else { panic!() };
//! assert_eq!(call.request().url().path(), "/metadata/identity/oauth2/token");
//! let challenge = b"Basic realm=/var/opt/azcmagent/tokens/1.key";
//! let challenge = HttpResponse::new(401, Vec::new()).with_header("www-authenticate", challenge);
//!
//! let Step::ReadFile { file, then } = then.resume(Ok(challenge), now) else { panic!() };
//! assert_eq!(file.path, "/var/opt/azcmagent/tokens/1.key");
//!
//! let Step::Http { call, then } = then.resume(Ok(b"key".to_vec())) else { panic!() };
//! assert_eq!(call.request().header("authorization"), Some("Basic key"));
//! let answer = HttpResponse::new(200, br#"{"access_token":"eyJ...","expires_in":"3600"}"#.to_vec());
//!
//! let Step::Done(outcome) = then.resume(Ok(answer), now) else { panic!() };
//! assert_eq!(outcome?.expires_on(), UnixTime::from_secs(1_700_003_600));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Callers who want no driver of their own implement the four calls of [`Effects`] and use [`Step::run`].
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
//! - `http`: conversions to and from the request and response types of the `http` crate, for drivers that are built on it.
//!   Without it nothing here needs `std`.
//!
//! # Left out on purpose
//!
//! Client secrets and certificates, developer tools' sign-ins, and chains that try one credential after the other: a
//! program knows whether it runs with a managed identity.

#![no_std]
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod acquire;
mod cache;
mod challenge;
mod date;
mod detect;
mod document;
mod drive;
mod endpoint;
mod environment;
mod error;
mod flow;
#[cfg(feature = "http")]
mod http_crate;
mod identity;
mod json;
mod message;
mod random;
mod reply;
mod request;
mod retry;
mod secret;
mod source;
mod step;
mod text;
mod thumbprint;
mod time;
mod token;

pub use acquire::Acquire;
pub use cache::{CacheKey, Epoch, Lease, Lookup, RefreshPolicy, TokenCache};
pub use detect::{Detection, DetectionOptions, RuledOut, detect};
pub use drive::Effects;
pub use endpoint::Endpoint;
pub use environment::{Environment, HostFacts, Platform};
pub use error::{
    ChallengeError, ConfigError, EndpointError, Error, Evidence, Fault, FileError, FileErrorKind, InvalidResponse,
    PolicyField, Stopped, TransportError, TransportErrorKind,
};
#[cfg(feature = "http")]
pub use http;
pub use identity::{Identity, IdentityKind};
pub use message::{HttpHeader, HttpMethod, HttpRequest, HttpResponse};
pub use request::TokenRequest;
pub use retry::{GoneRetry, RetryPolicy};
pub use secret::Secret;
pub use source::{Source, SourceKind, UnknownSource};
pub use step::{
    AwaitFile, AwaitResponse, AwaitWake, FilePurpose, FileRequest, HttpCall, HttpPolicy, RetryCause, Step, Trust,
};
pub use thumbprint::Thumbprint;
pub use time::UnixTime;
pub use token::AccessToken;
