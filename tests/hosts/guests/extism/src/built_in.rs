//! The effects with Extism's own function for requests, which follows redirects and lets nobody switch that off.

use std::time::Duration;

use managed_identity_core::{
    Effects, FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, PolicyField, TransportError,
    TransportErrorKind, UnixTime,
};

use crate::effects::{clock, seed};

/// What can be had of Extism's own function.
const ABILITIES: &[PolicyField] = &[PolicyField::NoProxy, PolicyField::MaxBody, PolicyField::TimeLimit];

pub(crate) struct BuiltIn;

impl Effects for BuiltIn {
    fn now(&mut self) -> UnixTime {
        clock()
    }

    fn seed(&mut self) -> u64 {
        seed()
    }

    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        // Every policy forbids redirects, so there is no call that could be sent.
        let field = call.policy().unmet(ABILITIES).unwrap_or(PolicyField::NoRedirect);
        let detail = "Extism's own function for requests follows redirects";
        Err(TransportError::new(TransportErrorKind::Unsupported(field), detail))
    }

    fn read_file(&mut self, _: &FileRequest) -> Result<Vec<u8>, FileError> {
        Err(FileError::new(FileErrorKind::Denied, ""))
    }

    fn sleep(&mut self, _: Duration) {}
}
