//! The asynchronous client over WASI 0.3.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::Future;
use core::time::Duration;

use managed_identity_core::{
    DetectionOptions, Error, FileError, FileRequest, HttpCall, HttpResponse, Source, SourceSettings, TransportError,
    UnixTime,
};
use wasip3::clocks::{monotonic_clock, system_clock};
use wasip3::random::random;
use wasip3::wit_bindgen::StreamWriter;
use wasip3::wit_stream;

use super::http;
use super::race::nanoseconds;
use crate::concurrent::{ConcurrentClient, ConcurrentEffects};

/// The client over WASI 0.3.
pub type ManagedIdentityClient = ConcurrentClient<WasiEffects>;

impl ManagedIdentityClient {
    /// A client of the source that environment and grants of this component name. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the source that applies is not usable as configured.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_settings(&SourceSettings::default())
    }

    /// A client of the source that the settings of this component's user mean, for hosts that pass no environment. What
    /// they do not say is taken from environment and grants. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] when that source is not usable as configured.
    pub fn from_settings(settings: &SourceSettings) -> Result<Self, Error> {
        Ok(Self::new(managed_identity_fs::source(settings, DetectionOptions::default())?))
    }

    /// A client of this source. Nothing is sent.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self::with_effects(source, WasiEffects)
    }
}

/// The real [`ConcurrentEffects`], by the interfaces of WASI 0.3.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasiEffects;

impl ConcurrentEffects for WasiEffects {
    /// The end of a stream in which nothing ever flows. A waker cannot wake another task of the component unless both are
    /// of one version of the runtime, with a feature of it; the end of a stream always does.
    type Bell = StreamWriter<u8>;

    fn now(&self) -> UnixTime {
        let now = system_clock::now();
        // A clock before 1970 is as wrong as one at 1970.
        UnixTime::from_duration(Duration::new(u64::try_from(now.seconds).unwrap_or(0), now.nanoseconds))
    }

    fn seed(&self) -> u64 {
        random::get_random_u64()
    }

    async fn send(&self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        http::send(*call).await
    }

    async fn read_file(&self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        managed_identity_fs::read(file)
    }

    async fn sleep(&self, delay: Duration) {
        monotonic_clock::wait_for(nanoseconds(delay)).await;
    }

    fn bell(&self) -> (Self::Bell, impl Future<Output = ()>) {
        let (bell, mut end) = wit_stream::new::<u8>();
        let rung = async move {
            let _ = end.read(Vec::with_capacity(1)).await;
        };
        (bell, rung)
    }
}
