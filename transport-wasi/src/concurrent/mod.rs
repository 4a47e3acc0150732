//! The asynchronous client: calls may overlap, and those for one token cause one request.

mod client;
mod effects;
mod flight;
mod flow;

pub use client::ConcurrentClient;
pub use effects::ConcurrentEffects;
