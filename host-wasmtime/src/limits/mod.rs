//! How much a plug-in may use, and what keeps it to that.

mod allowance;
mod guard;
mod meter;
mod pool;

pub use allowance::Limits;
pub use guard::{Guard, Stopped};
pub use pool::{pooled, tick};
