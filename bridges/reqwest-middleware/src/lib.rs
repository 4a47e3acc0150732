//! Tokens of a managed identity in the requests of a `reqwest` client.
//!
//! ```
//! use managed_identity_core::{FakeTokens, TokenRequest};
//! use managed_identity_reqwest_middleware::Authorize;
//! use reqwest_middleware::ClientBuilder;
//!
//! let tokens = FakeTokens::new(); // or ManagedIdentityClient::from_env()?
//! let request = TokenRequest::for_resource("api://my-service")?;
//! let client = ClientBuilder::new(reqwest::Client::new())
//!     .with(Authorize::new(tokens, request, "my-service.example"))
//!     .build();
//! # drop(client);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where the service answers 401 with a claims challenge, the token has been taken back before its end: another one is asked
//! for in its place, once, and the request is repeated, if it can be.

mod authorize;
mod destination;
mod error;

pub use authorize::Authorize;
pub use error::NotAuthorized;

/// The page about this crate, so that what it shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/bridges/reqwest-middleware.md")]
struct Page;
