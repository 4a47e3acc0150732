//! The program as its users have it: the real binary against simulated sources.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "azure")]
mod azure;
#[cfg(target_os = "linux")]
mod completions;
#[cfg(unix)]
mod credentials;
mod dependencies;
mod detection;
mod doctor;
mod exit_codes;
mod formats;
mod help;
mod helpers;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(unix)]
mod pages;
#[cfg(unix)]
mod registry;
mod request;
#[cfg(target_os = "linux")]
mod serve;
#[cfg(target_os = "linux")]
mod serve_chaos;
#[cfg(target_os = "linux")]
mod served;
#[cfg(unix)]
mod signals;
mod simulated;
mod sources;
mod support;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod tools;
mod units;
mod variables;
mod verbose;
mod watch;
#[cfg(windows)]
mod windows;
