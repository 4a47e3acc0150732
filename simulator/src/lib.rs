//! Every Azure managed-identity endpoint on loopback, with faults on demand.
//!
//! A [`Simulator`] is a small server on `127.0.0.1` that speaks the dialect of one managed-identity source: it asks for
//! the headers and parameters that the real service asks for, refuses in the service's own words and shapes, and issues
//! tokens that can be verified against the keys it publishes. A [`FaultScript`] makes it misbehave, request by
//! request.
//!
//! ```
//! use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
//!
//! let simulator = Simulator::builder(SimulatedSource::Imds)
//!     .faults(FaultScript::new().then(Fault::throttled("2")))
//!     .start()?;
//! let environment = simulator.environment();
//! assert_eq!(environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"], simulator.base_url());
//! # Ok::<(), managed_identity_simulator::SimulatorError>(())
//! ```
//!
//! | to | see |
//! | --- | --- |
//! | choose the endpoint | [`SimulatedSource`] |
//! | start it, ask what it saw | [`SimulatorBuilder`], [`Simulator`], [`RequestRecord`] |
//! | make it fail | [`FaultScript`], [`Fault`] |
//! | choose the identities | [`AssignedIdentity`] |
//! | check a token | [`Simulator::verify_token`] |
//! | try a driver on hostile peers | [`driver_check`] |
//! | mount the program's commands elsewhere | [`program`] |
//!
//! The simulator holds no real credential and its tokens open nothing: the signing key is made at start and never kept.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod answer;
mod background;
mod builder;
mod certificate;
mod configuration;
pub mod driver_check;
mod endpoint;
mod error;
mod fault;
mod files;
mod identity;
mod key_vault;
mod keys;
pub mod program;
mod proxy;
mod random;
mod record;
mod request;
mod server;
mod simulator;
mod source;
mod storage;
mod tls;
mod token;

pub use crate::builder::SimulatorBuilder;
pub use crate::error::{InvalidFault, SimulatorError};
pub use crate::fault::{Fault, FaultScript};
pub use crate::identity::AssignedIdentity;
pub use crate::record::RequestRecord;
pub use crate::simulator::Simulator;
pub use crate::source::{SimulatedSource, UnknownSource};
pub use crate::tls::TrustedCertificate;
pub use crate::token::{InvalidToken, TokenClaims};
