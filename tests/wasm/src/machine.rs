//! Plays a vector through the component `machine`, in memory: the component has no imports, and the transcript is the
//! outside world.

use std::time::Duration;

use anyhow::{Result, ensure};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use managed_identity_tests::expect::{self, SeenRequest, Verdict, same};
use managed_identity_tests::setup::Failure;
use managed_identity_tests::transcript::{
    Answer, Cause, Effect, Exchange, FileEffect, HttpEffect, SleepEffect, TrustName,
};
use managed_identity_tests::vector::{PlatformName, Vector};
use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Engine, Store};

use crate::bindings::machine::state_machine::{self, Step};
use crate::bindings::machine::{Machine, MachinePre, types};

#[path = "judge.rs"]
mod judge;
#[path = "request.rs"]
mod request;

/// No flow has so many steps.
const MOST_STEPS: usize = 100;

/// What became of a vector.
#[derive(Debug)]
pub enum Played {
    /// It is met.
    Met,
    /// It does not apply, for this reason.
    Skipped(&'static str),
}

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
    pub fn play(&self, vector: &Vector) -> Result<Played, String> {
        if vector.request.allow_remote_arc_endpoint {
            return Ok(Played::Skipped("the interface does not let anyone allow a remote Azure Arc endpoint"));
        }
        let request = match request::of_vector(&vector.request) {
            Ok(request) => request,
            Err(Failure::Identity(_)) => return Ok(Played::Skipped("the interface has no JSON form of an identity")),
            Err(Failure::Flow(error)) => return Err(error.to_string()),
        };
        let mut store = Store::new(self.pre.engine(), ());
        let machine = self.pre.instantiate(&mut store).map_err(|error| error.to_string())?;
        Flow { machine, store, vector, clock: Duration::from_secs(vector.now) }.play(&request).map(|()| Played::Met)
    }
}

struct Flow<'a> {
    machine: Machine,
    store: Store<()>,
    vector: &'a Vector,
    clock: Duration,
}

impl Flow<'_> {
    fn play(&mut self, request: &types::TokenRequest) -> Verdict {
        let acquisition = self.start(request).map_err(|error| format!("{error:#}"))?;
        let mut exchanges = self.vector.transcript.iter();
        for index in 0..MOST_STEPS {
            let at = |difference: String| format!("step {index}: {difference}");
            let step = self.next(acquisition).map_err(|error| at(format!("{error:#}")))?;
            let outcome = match step {
                Step::Done(token) => Ok(token),
                Step::Failed(error) => Err(error),
                step => {
                    let exchange = exchanges.next().ok_or_else(|| at("not in the transcript".to_owned()))?;
                    let answer = self.answer(&step, exchange).map_err(at)?;
                    self.resume(acquisition, &answer).map_err(|error| at(format!("{error:#}")))?;
                    continue;
                }
            };
            judge::outcome(&outcome, &self.vector.outcome, self.vector.now)?;
            return match exchanges.len() {
                0 => Ok(()),
                left => Err(format!("the flow ended with {left} steps of the transcript left")),
            };
        }
        Err("a flow without end".to_owned())
    }

    fn start(&mut self, request: &types::TokenRequest) -> Result<ResourceAny> {
        let variable = |(name, value): (&String, &String)| types::Variable { name: name.clone(), value: value.clone() };
        let environment: Vec<_> = self.vector.environment.iter().map(variable).collect();
        let platform = match self.vector.host.platform {
            PlatformName::Linux => types::Platform::Linux,
            PlatformName::Windows => types::Platform::Windows,
            PlatformName::Other => types::Platform::Other,
        };
        let facts = types::HostFacts { platform, arc_agent: self.vector.host.arc_agent };
        let (seed, now) = (self.vector.seed, self.now());
        let machine = self.machine.managed_identity_client_state_machine().acquisition();
        Ok(machine.call_constructor(&mut self.store, &environment, facts, request, seed, now)?)
    }

    fn next(&mut self, acquisition: ResourceAny) -> Result<Step> {
        let machine = self.machine.managed_identity_client_state_machine().acquisition();
        Ok(machine.call_next(&mut self.store, acquisition)?)
    }

    fn resume(&mut self, acquisition: ResourceAny, answer: &state_machine::Answer) -> Result<()> {
        let now = self.now();
        let machine = self.machine.managed_identity_client_state_machine().acquisition();
        Ok(machine.call_resume(&mut self.store, acquisition, answer, now)?)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.as_millis()).unwrap_or(u64::MAX)
    }

    /// Compares a step, and the transcript's answer to it.
    fn answer(&mut self, step: &Step, exchange: &Exchange) -> Result<state_machine::Answer, String> {
        let answer = match (step, &exchange.expect, &exchange.answer) {
            (Step::Http(found), Effect::Http(expected), Some(answer)) => {
                call(found, expected)?;
                state_machine::Answer::Http(response(answer)?)
            }
            (Step::ReadFile(found), Effect::ReadFile(expected), Some(answer)) => {
                file(found, expected)?;
                state_machine::Answer::File(content(answer)?)
            }
            (Step::Sleep(found), Effect::Sleep(expected), None) => {
                let delay = Duration::from_millis(found.delay);
                sleep(found, delay, expected)?;
                self.clock += delay;
                state_machine::Answer::Awake
            }
            (_, expected, _) => return Err(format!("expected {expected:?}, found another step")),
        };
        self.clock += Duration::from_secs(exchange.takes_seconds);
        Ok(answer)
    }
}

fn call(found: &types::HttpRequest, expected: &HttpEffect) -> Verdict {
    let trust = match &found.trust {
        types::Trust::Plain => TrustName::Plain,
        types::Trust::Roots => TrustName::Roots,
        types::Trust::Leaf(thumbprint) => TrustName::Leaf(thumbprint.clone()),
        types::Trust::Other(other) => return Err(format!("unknown trust {other}")),
    };
    same("trust", &trust, &expected.trust)?;
    let uri: Uri = found.url.parse().map_err(|error| format!("{}: {error}", found.url))?;
    same("url", &found.url.split('?').next().unwrap_or_default(), &expected.url.as_str())?;
    let mut headers = HeaderMap::new();
    for header in &found.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|error| error.to_string())?;
        headers.append(name, HeaderValue::from_str(&header.value).map_err(|error| error.to_string())?);
    }
    expect::seen_request(
        &SeenRequest { method: &found.method, uri: &uri, headers: &headers, body: &found.body },
        expected,
    )
}

fn file(found: &types::FileRequest, expected: &FileEffect) -> Verdict {
    same("path", &found.path, &expected.path)?;
    same("directory", &found.directory, &expected.directory)?;
    same("max_len", &u64::from(found.max_length), &u64::try_from(expected.max_len).unwrap_or(u64::MAX))
}

fn sleep(found: &state_machine::Wait, delay: Duration, expected: &SleepEffect) -> Verdict {
    let cause = match &expected.cause {
        Cause::Status(status) => status.to_string(),
        Cause::TransportError(_) => String::new(),
    };
    if !found.cause.contains(&cause) {
        return Err(format!("cause: expected {:?}, found {}", expected.cause, found.cause));
    }
    expect::delay(delay, expected)
}

fn response(answer: &Answer) -> Result<Result<types::HttpResponse, types::HttpFailure>, String> {
    let failed = |kind| Ok(Err(types::HttpFailure { kind, detail: String::new() }));
    match answer {
        Answer::Response(response) => {
            let header = |(name, value): &(String, String)| types::Header { name: name.clone(), value: value.clone() };
            let headers = response.headers.iter().map(header).collect();
            Ok(Ok(types::HttpResponse { status: response.status, headers, body: response.body.bytes()? }))
        }
        Answer::TransportError(name) => failed(failure_kind(name)?),
        Answer::File(_) | Answer::FileError(_) => Err("a file answers no request".to_owned()),
    }
}

fn failure_kind(name: &str) -> Result<types::HttpFailureKind, String> {
    use types::{HttpFailureKind as Kind, PolicyField as Field, TransportFailure as Failure};
    Ok(match name {
        "denied" => Kind::Denied,
        "body-too-large" => Kind::Unavailable(Failure::BodyTooLarge),
        "broken" => Kind::Unavailable(Failure::Broken),
        "certificate" => Kind::Unavailable(Failure::Certificate),
        "connect" => Kind::Unavailable(Failure::Connect),
        "protocol" => Kind::Unavailable(Failure::Protocol),
        "timeout" => Kind::Unavailable(Failure::Timeout),
        "unsupported-certificate-pin" => Kind::Unsupported(Field::CertificatePin),
        "unsupported-tls" => Kind::Unsupported(Field::Tls),
        "unsupported-no-proxy" => Kind::Unsupported(Field::NoProxy),
        "unsupported-no-redirect" => Kind::Unsupported(Field::NoRedirect),
        "unsupported-max-body" => Kind::Unsupported(Field::MaxBody),
        "unsupported-time-limit" => Kind::Unsupported(Field::TimeLimit),
        _ => return Err(format!("no kind of failure: {name}")),
    })
}

fn content(answer: &Answer) -> Result<Result<Vec<u8>, types::FileFailure>, String> {
    use types::FileProblem as Problem;
    let problem = match answer {
        Answer::File(content) => return content.bytes().map(Ok),
        Answer::FileError(name) => match name.as_str() {
            "denied" => Problem::Denied,
            "not-found" => Problem::NotFound,
            "not-regular" => Problem::NotRegular,
            "outside-directory" => Problem::OutsideDirectory,
            "permission-denied" => Problem::PermissionDenied,
            "too-large" => Problem::TooLarge,
            "unreadable" => Problem::Unreadable,
            _ => return Err(format!("no kind of file problem: {name}")),
        },
        Answer::Response(_) | Answer::TransportError(_) => return Err("only a file is a file".to_owned()),
    };
    Ok(Err(types::FileFailure { problem, detail: String::new() }))
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
        let facts = types::HostFacts { platform: types::Platform::Linux, arc_agent: false };
        let now = 1_700_000_000_000;
        let machine = self.machine.managed_identity_client_state_machine().acquisition();
        let acquisition = machine.call_constructor(&mut self.store, &[], facts, &request, 1, now)?;
        let step = machine.call_next(&mut self.store, acquisition)?;
        ensure!(matches!(step, Step::Http(_)), "the first step is no request");
        let response = types::HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() };
        machine.call_resume(&mut self.store, acquisition, &state_machine::Answer::Http(Ok(response)), now)?;
        let step = machine.call_next(&mut self.store, acquisition)?;
        ensure!(matches!(step, Step::Done(_)), "no token");
        acquisition.resource_drop(&mut self.store)?;
        Ok(())
    }
}
