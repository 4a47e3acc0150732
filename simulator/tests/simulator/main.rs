//! The simulator over real sockets, as a client in any language meets it.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

mod app_service;
mod azure_arc;
mod client_certificate;
mod client_secret;
mod cloud_shell;
mod driver_check;
mod fault_script;
mod faults;
mod imds;
mod key_vault;
mod late;
mod machine_learning;
mod pipelines;
mod program;
mod proxy;
mod published;
mod records;
#[cfg(unix)]
mod run_ends;
mod service_fabric;
mod start;
mod storage;
mod support;
#[cfg(unix)]
mod tools;
mod workload_identity;
