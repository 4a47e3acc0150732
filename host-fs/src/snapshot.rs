//! The snapshot of the host: environment variables, platform, and whether the Azure Arc agent is installed.

use managed_identity_core::{ConfigError, Detection, DetectionOptions, HostFacts, Source, SourceSettings};

use crate::environment::environment;
#[cfg(not(target_arch = "wasm32"))]
use crate::native::{host_facts, platform};
#[cfg(target_arch = "wasm32")]
use crate::wasi::{host_facts, platform};

/// Finds the source of tokens of this host. Reads the environment and looks for one file; sends nothing.
///
/// # Errors
/// A [`ConfigError`] when the source that applies is not usable as configured.
pub fn detect(options: DetectionOptions) -> Result<Detection, ConfigError> {
    managed_identity_core::detect(&environment(), host_facts(), options)
}

/// The source of tokens that settings mean. What they do not say is taken from this host, as [`detect`] does; sends nothing.
/// Where they name the source, no file is looked for: whoever runs this in a sandbox sees no attempt that is not needed.
///
/// # Errors
/// A [`ConfigError`] when that source is not usable as configured.
pub fn source(settings: &SourceSettings, options: DetectionOptions) -> Result<Source, ConfigError> {
    let facts = if settings.kind().is_some() { HostFacts::of(platform()) } else { host_facts() };
    settings.source(&environment(), facts, options)
}
