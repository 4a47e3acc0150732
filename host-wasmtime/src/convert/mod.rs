//! Between the core's values and those of the interface.

mod error;
mod refusal;
mod request;
mod token;

pub(crate) use refusal::no_token;
pub(crate) use request::{Ask, ask};
pub(crate) use token::token;
