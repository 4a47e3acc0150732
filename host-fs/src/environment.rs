//! Environment variables: of this process, or what of the host's was passed on to this component.

use alloc::string::String;

use managed_identity_core::Environment;
#[cfg(not(target_arch = "wasm32"))]
use managed_identity_core::Variable;
#[cfg(target_arch = "wasm32")]
use wasip2::cli::environment::get_environment;

/// The variables of this process that matter. One that is set to something that is no text makes detection fail and name it.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn environment() -> Environment {
    Environment::from_variables(|name| match std::env::var_os(name).map(std::ffi::OsString::into_string) {
        None => Variable::Unset,
        Some(Ok(value)) => Variable::Text(value),
        Some(Err(_)) => Variable::NotUnicode,
    })
}

/// The variables of this component that matter.
#[cfg(target_arch = "wasm32")]
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
