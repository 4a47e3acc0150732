//! The effects of the native client, but for requests that would leave this machine.

use std::net::IpAddr;
use std::time::Duration;

use managed_identity_core::{
    CommandError, CommandOutput, CommandRequest, FileError, FileRequest, HttpCall, HttpResponse, SignError,
    SignRequest, Signed, TransportError, TransportErrorKind, UnixTime,
};
use managed_identity_reqwest::{AsyncEffects, BoxFuture, NativeEffects};

pub(crate) struct OnThisMachine(pub(crate) NativeEffects);

impl AsyncEffects for OnThisMachine {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let host = call.request().url().host();
        let host = host.trim_matches(['[', ']']);
        if host == "localhost" || host.parse().is_ok_and(|it: IpAddr| it.is_loopback()) {
            return self.0.send(call);
        }
        Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "not on this machine")) })
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        self.0.read_file(file)
    }

    fn run<'a>(&'a self, command: &'a CommandRequest) -> BoxFuture<'a, Result<CommandOutput, CommandError>> {
        self.0.run(command)
    }

    fn sign(&self, what: Box<SignRequest>) -> BoxFuture<'_, Result<Signed, SignError>> {
        self.0.sign(what)
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        self.0.sleep(delay)
    }

    fn now(&self) -> UnixTime {
        self.0.now()
    }

    fn seed(&self) -> u64 {
        self.0.seed()
    }
}
