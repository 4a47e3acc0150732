//! The cache of tokens: which one to use, who fetches the next one, and when.

mod entry;
mod key;
mod lookup;
mod policy;
mod store;
mod wish;

pub use key::CacheKey;
pub use lookup::{Epoch, Lease, Lookup};
pub use policy::RefreshPolicy;
pub use store::TokenCache;
pub use wish::Wish;
