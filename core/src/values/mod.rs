//! Plain values that everything above is made of.

mod digest;
mod hexadecimal;
mod identity;
mod random;
mod request;
mod secret;
mod thumbprint;
mod time;
mod token;
mod token_identity;

pub use digest::TokenDigest;
pub use identity::Identity;
pub(crate) use identity::is_guid;
pub(crate) use random::SplitMix64;
pub use request::TokenRequest;
pub use secret::Secret;
pub(crate) use secret::{SecretBytes, wipe};
pub use thumbprint::Thumbprint;
pub use time::UnixTime;
pub(crate) use token::TokenParts;
pub use token::{AccessToken, WeakAccessToken};
pub use token_identity::TokenIdentity;
