//! Secrets are kept: tokens, key files, federated tokens and identity headers.
//!
//! | file | promise |
//! | --- | --- |
//! | `chain` | the same of what a chain of credentials holds: the secret, the key, the password and the assertion of a service principal, the tokens of a job, and what a developer tool writes |
//! | `wiped` | when what holds a secret is dropped, the secret is nowhere in the process's memory |
//! | `redaction` | no public type shows it, and no error does, though the endpoint sends it back |
//! | `headers` | every header that carries one is marked sensitive |
//! | `panics` | a panic with one in flight does not carry it |
//!
//! That nothing is logged is in `no_secret_in_logs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[cfg(target_os = "linux")]
mod chain;
mod flows;
mod headers;
mod leak;
#[cfg(target_os = "linux")]
mod memory;
mod panics;
mod redaction;
#[cfg(target_os = "linux")]
mod wiped;
