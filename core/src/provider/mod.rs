//! The one thing that everything has in common which gives out tokens.

#[cfg(feature = "testing")]
mod fake;
mod token_provider;

#[cfg(feature = "testing")]
pub use fake::FakeTokens;
pub use token_provider::{TokenFuture, TokenProvider};
