//! Faults on demand: what to do instead of normal service, request by request.

mod body;
mod delivery;
mod entry;
mod header;
mod kind;
mod script;

pub(crate) use self::body::AnswerBody;
pub(crate) use self::delivery::{Delivery, deliver};
pub use self::kind::Fault;
pub use self::script::FaultScript;
