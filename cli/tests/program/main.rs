//! The program as its users have it: the real binary against simulated sources.
#![allow(clippy::unwrap_used)]

// On Windows no variable says that a simulated authority is to be trusted: what needs that is not for Windows.
#[cfg(all(feature = "azure", not(windows)))]
mod azure;
mod choices;
#[cfg(target_os = "linux")]
mod completions;
#[cfg(unix)]
mod credentials;
mod dependencies;
mod detection;
mod doctor;
#[cfg(feature = "azure")]
mod exec;
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
#[cfg(not(windows))]
mod request;
mod serve;
#[cfg(target_os = "linux")]
mod serve_chaos;
#[cfg(target_os = "linux")]
mod serve_on_linux;
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
