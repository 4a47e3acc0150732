//! Plays a vector through the component `machine`, in memory: the component has no imports, and the transcript is the
//! outside world.

use anyhow::{Result, bail, ensure};
use managed_identity_tests::vector::Vector;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::bindings::host::types;
use crate::bindings::machine::state_machine::{Answer, Step};
use crate::bindings::machine::{Machine, MachinePre};
use crate::request;
use crate::transcript::{NO_REASON_PHRASES, Played, Transcript};

/// The component, compiled.
pub struct MachineComponent {
    pre: MachinePre<()>,
}

impl MachineComponent {
    /// Compiles the component.
    ///
    /// # Errors
    /// When it imports anything.
    pub fn new(component: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let pre = Linker::new(&engine).instantiate_pre(&Component::new(&engine, component)?)?;
        Ok(Self { pre: MachinePre::new(pre)? })
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
        let mut transcript = Transcript::new(vector);
        let outcome = self.step_through(&request, &mut transcript).map_err(|error| format!("{error:#}"))?;
        transcript.verdict(&outcome).map(|()| Played::Met)
    }

    fn step_through(
        &self,
        request: &types::TokenRequest,
        transcript: &mut Transcript,
    ) -> Result<Result<types::Token, types::Error>> {
        let mut store = Store::new(self.pre.engine(), ());
        let machine = self.pre.instantiate(&mut store)?;
        let interface = machine.managed_identity_client_state_machine();
        let variable = |(name, value): (&String, &String)| types::Variable { name: name.clone(), value: value.clone() };
        let environment: Vec<_> = transcript.vector().environment.iter().map(variable).collect();
        let (facts, seed, now) = (transcript.facts(), transcript.vector().seed, transcript.now());
        let detected = interface.call_detect(&mut store, &environment, facts)?.ok().map(|found| found.source);
        let expected = transcript.vector().detected.map(|kind| kind.as_str().to_owned());
        ensure!(detected == expected, "detected {detected:?} in the place of {expected:?}");
        let machine = interface.acquisition();
        let acquisition = machine.call_constructor(&mut store, &environment, facts, request, seed, now)?;
        loop {
            let answer = match machine.call_next(&mut store, acquisition)? {
                Step::Done(token) => return Ok(Ok(token)),
                Step::Failed(error) => return Ok(Err(error)),
                Step::Http(call) => Answer::Http(transcript.http(&call)?),
                Step::ReadFile(file) => Answer::File(transcript.read_file(&file)?),
                Step::Sleep(wait) => {
                    transcript.sleep(wait.delay, Some(&wait.cause))?;
                    Answer::Awake
                }
                Step::Run | Step::Sign | Step::Other(_) => bail!("a step that no managed identity needs"),
            };
            machine.call_resume(&mut store, acquisition, &answer, transcript.now())?;
        }
    }
}

/// An instance that does one flow after the other.
pub struct Bench {
    machine: Machine,
    store: Store<()>,
}

impl MachineComponent {
    /// An instance to be measured.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn bench(&self) -> Result<Bench> {
        let mut store = Store::new(self.pre.engine(), ());
        let machine = self.pre.instantiate(&mut store)?;
        Ok(Bench { machine, store })
    }
}

impl Bench {
    /// One token of IMDS, whose endpoint answers with this body.
    ///
    /// # Errors
    /// When it is none.
    pub fn flow(&mut self, body: &[u8]) -> Result<()> {
        let request = types::TokenRequest {
            target: types::Target::Resource("https://vault.azure.net".to_owned()),
            identity: types::Identity::SystemAssigned,
            options: None,
        };
        let facts = types::HostFacts { platform: types::Platform::Linux, arc_agent: types::AgentFile::Absent };
        let now = 1_700_000_000_000;
        let machine = self.machine.managed_identity_client_state_machine().acquisition();
        let acquisition = machine.call_constructor(&mut self.store, &[], facts, &request, 1, now)?;
        let step = machine.call_next(&mut self.store, acquisition)?;
        ensure!(matches!(step, Step::Http(_)), "the first step is no request");
        let response = types::HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() };
        machine.call_resume(&mut self.store, acquisition, &Answer::Http(Ok(response)), now)?;
        let step = machine.call_next(&mut self.store, acquisition)?;
        ensure!(matches!(step, Step::Done(_)), "no token");
        acquisition.resource_drop(&mut self.store)?;
        Ok(())
    }
}
