//! The effects of a component with WASI 0.2.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use managed_identity_core::{
    DetectionOptions, Effects, Error, FileError, FileRequest, HttpCall, HttpResponse, SourceSettings, TransportError,
    UnixTime,
};
use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::random::random;

use super::duration::nanoseconds;
use super::http;
use crate::client::ManagedIdentityClient;

/// A client of the source that environment and grants of this component name. Nothing is sent.
///
/// # Errors
/// [`Error::Configuration`] when the source that applies is not usable as configured.
pub fn client() -> Result<ManagedIdentityClient<WasiEffects>, Error> {
    client_of(&SourceSettings::default())
}

/// A client of the source that the settings of this component's user mean, for hosts that pass no environment. What they do
/// not say is taken from environment and grants. Nothing is sent.
///
/// # Errors
/// [`Error::Configuration`] when that source is not usable as configured.
pub fn client_of(settings: &SourceSettings) -> Result<ManagedIdentityClient<WasiEffects>, Error> {
    let source = managed_identity_fs::source(settings, DetectionOptions::default())?;
    Ok(ManagedIdentityClient::new(source, WasiEffects))
}

/// The real [`Effects`], by the interfaces of WASI 0.2. Each blocks the component until it is done.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasiEffects;

impl Effects for WasiEffects {
    fn now(&mut self) -> UnixTime {
        let now = wall_clock::now();
        UnixTime::from_duration(Duration::new(now.seconds, now.nanoseconds))
    }

    fn seed(&mut self) -> u64 {
        random::get_random_u64()
    }

    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        http::send(*call)
    }

    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        managed_identity_fs::read(file)
    }

    fn sleep(&mut self, delay: Duration) {
        monotonic_clock::subscribe_duration(nanoseconds(delay)).block();
    }
}
