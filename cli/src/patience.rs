//! What is told of waits.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use managed_identity_core::RetryCause;

use crate::failure::tell;
use crate::time::wait;

/// What shows waits on standard error, where somebody looks at it.
pub(crate) fn show_waits() -> Option<fn(Duration, RetryCause)> {
    io::stderr().is_terminal().then_some(|delay, cause| tell(&format!("waiting {}: {cause}\n", wait(delay))))
}
