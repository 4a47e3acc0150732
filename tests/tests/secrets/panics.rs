//! A program's effect panics while a secret is on its way: neither the message nor the backtrace nor what the panic
//! carries has it, even if the message shows everything that was at hand.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Once};
use std::thread::{self, ThreadId};
use std::time::Duration;

use managed_identity_core::{FileError, FileRequest, HttpCall, HttpResponse, Source, Step, TransportError, UnixTime};
use managed_identity_reqwest::{BoxFuture, ManagedIdentityClient};

use crate::flows::{
    KEY_FOLDER, NOW, RESOURCE, azure_arc, challenge, proven, sources_with_header, start, workload_identity,
};
use crate::leak::form_in;

const SECRET: &str = "hunter2/c2VjcmV0+panic";

/// What panics of each thread said.
static SAID: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());

/// What the panics in `work` said and carried.
fn panics(work: impl FnOnce()) -> String {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let text = format!("{info}\n{}", Backtrace::force_capture());
            SAID.lock().unwrap().push((thread::current().id(), text));
            before(info);
        }));
    });
    let payload = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    let here = thread::current().id();
    let said = SAID.lock().unwrap();
    let said = said.iter().filter(|(thread, _)| *thread == here).map(|(_, text)| text.as_str());
    said.collect::<Vec<_>>().join("\n") + &carried(payload.as_ref())
}

fn carried(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

fn assert_carry_none(said: &str) {
    assert!(said.contains("on purpose"), "{said}");
    assert!(said.contains("panics::"), "there is no backtrace: {said}");
    assert_eq!(form_in(said, SECRET), None, "{said}");
}

/// Panics with all there is to say about something.
fn fail(what: &dyn Debug) -> ! {
    panic!("on purpose: {what:?} {what:#?}")
}

#[test]
fn a_step_that_is_unwrapped_as_an_error() {
    let mut steps: Vec<_> = sources_with_header(SECRET).map(start).into();
    for source in [azure_arc(), workload_identity()] {
        let (call, then) = proven(source, SECRET.to_owned());
        steps.push(Step::Http { call, then });
    }
    for step in steps {
        let refused: Result<(), Step> = Err(step);
        assert_carry_none(&panics(|| refused.map_err(|step| (step, "on purpose")).unwrap()));
    }
}

/// A blocking driver whose abilities panic, at the request with the secret in it.
struct Blocking;

impl managed_identity_core::Effects for Blocking {
    fn now(&mut self) -> UnixTime {
        NOW
    }

    fn seed(&mut self) -> u64 {
        1
    }

    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        match call.request().header("authorization") {
            None if call.request().header("x-identity-header").is_none() => Ok(challenge(KEY_FOLDER)),
            _ => fail(&call),
        }
    }

    fn read_file(&mut self, _: &FileRequest) -> Result<Vec<u8>, FileError> {
        Ok(SECRET.as_bytes().to_vec())
    }

    fn sleep(&mut self, delay: Duration) {
        fail(&delay)
    }
}

#[test]
fn an_effect_of_the_blocking_driver() {
    let [app_service, ..] = sources_with_header(SECRET);
    for source in [app_service, azure_arc()] {
        assert_carry_none(&panics(|| drop(start(source).run(&mut Blocking))));
    }
}

/// The same for the native client.
struct Native;

impl managed_identity_reqwest::AsyncEffects for Native {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move { managed_identity_core::Effects::send(&mut Blocking, call) })
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(managed_identity_core::Effects::read_file(&mut Blocking, file)))
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        fail(&delay)
    }

    fn now(&self) -> UnixTime {
        NOW
    }

    fn seed(&self) -> u64 {
        1
    }
}

fn client(source: Source) -> ManagedIdentityClient {
    ManagedIdentityClient::builder().source(source).effects(Arc::new(Native)).build().unwrap()
}

#[test]
fn an_effect_of_the_native_client() {
    let [app_service, ..] = sources_with_header(SECRET);
    for source in [app_service, azure_arc()] {
        assert_carry_none(&panics(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let client = client(source);
            // What a task that panicked leaves to those who wait for it.
            let task = runtime.spawn(async move { client.get_token(RESOURCE).await });
            match runtime.block_on(task) {
                Err(error) => fail(&(&error, error.to_string())),
                Ok(outcome) => fail(&outcome),
            }
        }));
    }
}
