//! Environment variables: of this process, or what of the host's was passed on to this component.

use alloc::string::String;

use managed_identity_core::Environment;
#[cfg(target_arch = "wasm32")]
use wasip2::cli::environment::get_environment;

/// The variables of this process that matter. A value that is not UTF-8 counts as unset: no endpoint, secret or id can
/// be read from it.
#[must_use]
pub fn environment() -> Environment {
    Environment::from_lookup(variables())
}

/// Looks a variable up.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn variables() -> impl Fn(&str) -> Option<String> {
    |name| std::env::var(name).ok()
}

/// Looks a variable up among those that there are now.
#[cfg(target_arch = "wasm32")]
pub(crate) fn variables() -> impl Fn(&str) -> Option<String> {
    let variables = get_environment();
    move |name| variables.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone())
}
