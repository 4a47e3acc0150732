//! Where the tokens of a client come from: one source, or a chain of credentials.

use std::sync::Arc;
#[cfg(feature = "chain")]
use std::sync::{Mutex, PoisonError};

#[cfg(feature = "chain")]
use managed_identity_core::{AccessToken, AcquireFromChain, Chain, CredentialKind};
use managed_identity_core::{Acquire, CacheKey, Error, Source, Step, TokenRequest, UnixTime};

use crate::settings::Settings;

pub(crate) enum Origin {
    Source(Arc<Source>),
    #[cfg(feature = "chain")]
    Chain(Remembering),
}

/// A chain, and the member that the last token was from.
#[cfg(feature = "chain")]
pub(crate) struct Remembering {
    chain: Chain,
    last: Mutex<Option<CredentialKind>>,
}

impl Origin {
    #[cfg(feature = "chain")]
    pub(crate) const fn chain(chain: Chain) -> Self {
        Self::Chain(Remembering { chain, last: Mutex::new(None) })
    }

    pub(crate) fn key(&self, request: &TokenRequest) -> CacheKey {
        match self {
            Self::Source(source) => CacheKey::new(source, request),
            #[cfg(feature = "chain")]
            Self::Chain(it) => CacheKey::of_chain(&it.chain, request),
        }
    }

    /// Its name and why it is asked, for logs.
    pub(crate) fn evidence(&self) -> (&'static str, &'static str) {
        match self {
            Self::Source(source) => (source.kind().as_str(), source.reason()),
            #[cfg(feature = "chain")]
            Self::Chain(_) => ("chain", "the caller chose it"),
        }
    }

    /// Begins an acquisition.
    pub(crate) fn start(
        &self,
        request: TokenRequest,
        settings: &Settings,
        seed: u64,
        now: UnixTime,
    ) -> Result<Step, Error> {
        match self {
            Self::Source(source) => Ok(of_source(source, request, settings)?.start(seed, now)),
            #[cfg(feature = "chain")]
            Self::Chain(it) => Ok(it.acquire(request, settings).start(seed, now)),
        }
    }

    /// Takes note of which member of a chain a token is from: it is asked first the next time.
    #[cfg(feature = "chain")]
    pub(crate) fn remember(&self, token: &AccessToken) {
        if let Self::Chain(it) = self {
            *it.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(CredentialKind::of(token.source()));
        }
    }
}

fn of_source(source: &Arc<Source>, request: TokenRequest, settings: &Settings) -> Result<Acquire, Error> {
    let mut acquire = Acquire::new(Arc::clone(source), request)?;
    if let Some(policy) = &settings.retry {
        acquire = acquire.with_retry(policy.clone());
    }
    if let Some(budget) = settings.time_budget {
        acquire = acquire.with_time_budget(budget);
    }
    if settings.fail_fast {
        acquire = acquire.with_fail_fast();
    }
    if let Some(limit) = settings.connect_timeout {
        acquire = acquire.with_connect_timeout(limit);
    }
    if settings.without_client_headers {
        acquire = acquire.without_client_headers();
    }
    Ok(acquire)
}

#[cfg(feature = "chain")]
impl Remembering {
    fn acquire(&self, request: TokenRequest, settings: &Settings) -> AcquireFromChain {
        let mut acquire = AcquireFromChain::new(self.chain.clone(), request);
        if let Some(member) = *self.last.lock().unwrap_or_else(PoisonError::into_inner) {
            acquire = acquire.starting_with(member);
        }
        if let Some(policy) = &settings.retry {
            acquire = acquire.with_retry(policy.clone());
        }
        if let Some(budget) = settings.time_budget {
            acquire = acquire.with_time_budget(budget);
        }
        if settings.fail_fast {
            acquire = acquire.with_fail_fast();
        }
        if let Some(limit) = settings.connect_timeout {
            acquire = acquire.with_connect_timeout(limit);
        }
        if settings.without_client_headers {
            acquire = acquire.without_client_headers();
        }
        acquire
    }
}
