//! The state machine: what happens next.

mod around;
#[cfg(feature = "chain")]
mod chain;
mod evidence;
mod flow;
mod options;
mod patience;
mod proof;
mod recipe;
mod retry;
mod retry_policy;
mod run;
mod step;
#[cfg(feature = "chain")]
mod tool;
#[cfg(feature = "chain")]
mod walk;

#[cfg(feature = "chain")]
pub use chain::AcquireFromChain;
pub use options::AcquireOptions;
pub use recipe::Acquire;
pub use retry_policy::{GoneRetry, RetryPolicy};
pub use run::Effects;
pub use step::{AwaitFile, AwaitOutput, AwaitResponse, AwaitSignature, AwaitWake, Step};
