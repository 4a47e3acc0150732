//! Where tokens come from: one file a dialect, detection, and Azure Arc's challenge.

mod app_service;
#[cfg(feature = "chain")]
mod application;
mod authority;
mod azure_arc;
#[cfg(feature = "chain")]
mod chain;
mod challenge;
#[cfg(feature = "chain")]
mod client_certificate;
#[cfg(feature = "chain")]
mod client_secret;
mod cloud_shell;
mod detect;
mod environment;
#[cfg(feature = "chain")]
mod federated;
mod form;
mod grants;
mod imds;
mod machine_learning;
mod named;
#[cfg(feature = "chain")]
mod oidc;
mod parts;
#[cfg(feature = "chain")]
mod selection;
mod service_fabric;
mod settings;
mod source;
#[cfg(feature = "chain")]
mod tenants;
mod token_proxy;
#[cfg(feature = "chain")]
mod tool;
mod unused;
mod variables;
#[cfg(feature = "chain")]
mod verdict;
mod workload_identity;

pub(crate) use azure_arc::MAX_ARC_KEY;
#[cfg(feature = "chain")]
pub(crate) use chain::Credential;
#[cfg(feature = "chain")]
pub use chain::{Chain, Member};
pub use detect::{Detection, RuledOut, detect};
pub use environment::{Environment, HostFacts, Variable};
#[cfg(feature = "chain")]
pub(crate) use federated::Federated;
pub use grants::{FileGrant, Grants};
pub use named::DetectionOptions;
pub(crate) use parts::RequestParts;
#[cfg(feature = "chain")]
pub use selection::ChainOptions;
pub use settings::{SourceSettings, UnknownMember};
pub use source::Source;
#[cfg(feature = "chain")]
pub(crate) use tenants::AllowedTenants;
pub use token_proxy::TokenProxy;
pub(crate) use token_proxy::certificates;
#[cfg(feature = "chain")]
pub(crate) use tool::Tool;
#[cfg(feature = "chain")]
pub(crate) use verdict::on as verdict_on;
pub(crate) use workload_identity::MAX_FEDERATED_TOKEN;
