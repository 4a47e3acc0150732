//! Plays a vector through the component `effects`, in memory: what its host lends comes from the transcript.

use anyhow::Result;
use managed_identity_tests::vector::Vector;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Store};

use crate::answer::{FileAnswer, HttpAnswer};
use crate::bindings::effects::{Effects, EffectsPre};
use crate::bindings::host::{host_effects, types};
use crate::request;
use crate::transcript::{NO_REASON_PHRASES, Played, Transcript};

/// The component, compiled.
pub struct EffectsComponent {
    pre: EffectsPre<Lender>,
}

impl EffectsComponent {
    /// Compiles the component.
    ///
    /// # Errors
    /// When it imports more than its world says.
    pub fn new(component: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        Effects::add_to_linker::<_, HasSelf<_>>(&mut linker, |lender| lender)?;
        let pre = linker.instantiate_pre(&Component::new(&engine, component)?)?;
        Ok(Self { pre: EffectsPre::new(pre)? })
    }

    /// Plays the vector.
    ///
    /// # Errors
    /// The first difference.
    pub fn play(&self, vector: Vector) -> Result<Played, String> {
        if vector.has_reason_phrases() {
            return Ok(Played::Skipped(NO_REASON_PHRASES));
        }
        let request = match request::of_vector(&vector.request) {
            Ok(request) => request,
            Err(reason) => return Ok(Played::Skipped(reason)),
        };
        let mut store = Store::new(self.pre.engine(), Lender(Transcript::new(vector)));
        let client = self.pre.instantiate(&mut store).map_err(|error| error.to_string())?;
        let outcome = client.managed_identity_client_tokens().call_get_token(&mut store, &request);
        // A difference is a trap, whose trace is of no interest.
        let outcome = outcome.map_err(|error| error.root_cause().to_string())?;
        store.data().0.verdict(&outcome).map(|()| Played::Met)
    }
}

/// Lends what the transcript holds.
struct Lender(Transcript);

impl types::Host for Lender {}

impl host_effects::Host for Lender {
    fn http(&mut self, request: types::HttpRequest) -> wasmtime::Result<HttpAnswer> {
        self.0.http(&request)
    }

    fn read_file(&mut self, request: types::FileRequest) -> wasmtime::Result<FileAnswer> {
        self.0.read_file(&request)
    }

    fn env(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self.0.vector().environment.get(&name).cloned())
    }

    fn facts(&mut self) -> wasmtime::Result<types::HostFacts> {
        Ok(self.0.facts())
    }

    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.0.now())
    }

    fn sleep(&mut self, delay: u64) -> wasmtime::Result<()> {
        self.0.sleep(delay, None)
    }

    fn seed(&mut self) -> wasmtime::Result<u64> {
        Ok(self.0.vector().seed)
    }
}
