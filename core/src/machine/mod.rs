//! The state machine: what happens next.

mod flow;
mod patience;
mod recipe;
mod retry;
mod run;
mod step;

pub use recipe::Acquire;
pub use retry::{GoneRetry, RetryPolicy};
pub use run::Effects;
pub use step::{AwaitFile, AwaitResponse, AwaitWake, Step};
