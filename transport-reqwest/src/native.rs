//! The effects of a native program: reqwest, the file system, tokio's timer, the system's clock and randomness.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use managed_identity_core::{
    CommandError, CommandErrorKind, CommandOutput, CommandRequest, FileError, FileErrorKind, FileRequest, HttpCall,
    HttpResponse, TransportError, UnixTime,
};

#[cfg(feature = "certificates")]
use managed_identity_core::{SignError, SignErrorKind, SignRequest, Signed};

use crate::clients::{Clients, Settings};
use crate::effects::{AsyncEffects, BoxFuture};
use crate::proxy::ProxySettings;
use crate::send;

/// The real [`AsyncEffects`]: HTTP by reqwest, without redirects, and without a proxy but for the authority of workload
/// identity. The name `localhost` is the loopback address; no
/// resolver is asked for it.
pub struct NativeEffects {
    http: Http,
    search_path: Option<OsString>,
}

enum Http {
    /// Clients of our own.
    Own(Clients),
    /// A client of the caller.
    Foreign(reqwest::Client),
}

/// Configures [`NativeEffects`].
#[derive(Debug, Default)]
#[must_use = "call `build`"]
pub struct NativeEffectsBuilder {
    root_certificates: Vec<Vec<u8>>,
    proxy: Option<ProxySettings>,
    foreign: Option<reqwest::Client>,
    search_path: Option<OsString>,
}

impl NativeEffectsBuilder {
    /// Trusts this certificate authority (in DER form) too, beside those of the machine, for HTTPS to the authority of
    /// workload identity. Service Fabric's pinned certificate is not affected, nor is a token proxy with certificates of
    /// its own.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(der.into());
        self
    }

    /// Reaches the authority of workload identity by these settings instead of those of the process's environment
    /// ([`ProxySettings::from_env`]). All other endpoints are reached directly, always.
    pub fn proxy(mut self, settings: ProxySettings) -> Self {
        self.proxy = Some(settings);
        self
    }

    /// Sends through a client of the caller, whatever it does: it may use proxies and follow redirects, which can lead
    /// an identity header or a key away from this machine, and its connections are nobody's promise. Calls that need a
    /// pinned certificate or the certificates of a token proxy are refused; the other limits of the policy are kept as far
    /// as they can be from outside.
    pub fn dangerous_foreign_client(mut self, client: reqwest::Client) -> Self {
        self.foreign = Some(client);
        self
    }

    /// Looks for developer tools in these folders, in the form of `PATH`, instead of those of the process's `PATH`.
    pub fn search_path(mut self, folders: impl Into<OsString>) -> Self {
        self.search_path = Some(folders.into());
        self
    }

    /// Makes the effects.
    #[must_use]
    pub fn build(self) -> NativeEffects {
        let http = match self.foreign {
            Some(client) => Http::Foreign(client),
            None => Http::Own(Clients::new(Settings {
                root_certificates: self.root_certificates,
                proxy: self.proxy.unwrap_or_else(ProxySettings::from_env),
            })),
        };
        NativeEffects { http, search_path: self.search_path }
    }
}

impl NativeEffects {
    /// Starts a configuration.
    pub fn builder() -> NativeEffectsBuilder {
        NativeEffectsBuilder::default()
    }
}

impl fmt::Debug for NativeEffects {
    /// Leaves out the clients, which show their proxies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let foreign = matches!(self.http, Http::Foreign(_));
        f.debug_struct("NativeEffects").field("foreign", &foreign).finish_non_exhaustive()
    }
}

impl AsyncEffects for NativeEffects {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            match &self.http {
                Http::Own(clients) => {
                    let client = clients.client(&call).await?;
                    send::send(&client, *call, true).await
                }
                Http::Foreign(client) => {
                    send::check_foreign(call.policy())?;
                    send::send(client, *call, false).await
                }
            }
        })
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        let file = file.clone();
        // Such files are small, but what they lie on may be slow.
        let reading = tokio::task::spawn_blocking(move || managed_identity_fs::read(&file));
        Box::pin(async { reading.await.unwrap_or_else(|error| Err(interrupted(&error))) })
    }

    fn run<'a>(&'a self, command: &'a CommandRequest) -> BoxFuture<'a, Result<CommandOutput, CommandError>> {
        let (command, cancelled) = (command.clone(), Arc::new(AtomicBool::new(false)));
        let search_path = self.search_path.clone().or_else(|| std::env::var_os("PATH")).unwrap_or_default();
        let ends_with_this = EndOfCommand(Arc::clone(&cancelled));
        let running = tokio::task::spawn_blocking(move || managed_identity_fs::run(&command, &search_path, &cancelled));
        Box::pin(async move {
            let output = running.await;
            drop(ends_with_this);
            output.unwrap_or_else(|error| Err(CommandError::new(CommandErrorKind::Failed, &error.to_string())))
        })
    }

    #[cfg(feature = "certificates")]
    fn sign(&self, what: Box<SignRequest>) -> BoxFuture<'_, Result<Signed, SignError>> {
        // A password may be made to take its time.
        let signing = tokio::task::spawn_blocking(move || crate::certificate::sign(&what));
        Box::pin(async {
            signing.await.unwrap_or_else(|error| Err(SignError::new(SignErrorKind::Failed, &error.to_string())))
        })
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(delay))
    }

    fn now(&self) -> UnixTime {
        // A clock before 1970 is as wrong as one at 1970: the token then seems to live longer than it does, and the
        // resource's refusal tells.
        UnixTime::from_duration(since_epoch().unwrap_or_default())
    }

    fn seed(&self) -> u64 {
        // Each `RandomState` hashes with keys that the operating system seeded; jitter and request ids need no more.
        RandomState::new().build_hasher().finish()
    }
}

/// Ends a command that nobody waits for any more.
struct EndOfCommand(Arc<AtomicBool>);

impl Drop for EndOfCommand {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn interrupted(error: &tokio::task::JoinError) -> FileError {
    FileError::new(FileErrorKind::Unreadable, &format!("reading it did not end: {error}"))
}

/// The system's clock, as `SystemTime` reads it, but without its subtraction of the epoch: that would be a fifth of what a
/// cached token costs.
#[cfg(unix)]
fn since_epoch() -> Option<Duration> {
    Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::Realtime)).ok()
}

#[cfg(not(unix))]
fn since_epoch() -> Option<Duration> {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()
}
