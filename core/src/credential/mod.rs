//! Where tokens come from: one file a dialect, detection, and Azure Arc's challenge.

mod app_service;
mod azure_arc;
mod challenge;
mod cloud_shell;
mod detect;
mod environment;
mod grants;
mod imds;
mod machine_learning;
mod named;
mod parts;
mod service_fabric;
mod settings;
mod source;
mod token_proxy;
mod unused;
mod variables;
mod workload_identity;

pub(crate) use azure_arc::MAX_ARC_KEY;
pub use detect::{Detection, RuledOut, detect};
pub use environment::{Environment, HostFacts, Variable};
pub use grants::{FileGrant, Grants};
pub use named::DetectionOptions;
pub(crate) use parts::RequestParts;
pub use settings::SourceSettings;
pub use source::Source;
pub use token_proxy::TokenProxy;
pub(crate) use token_proxy::certificates;
pub(crate) use workload_identity::MAX_FEDERATED_TOKEN;
