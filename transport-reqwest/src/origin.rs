//! Where the tokens of a client come from: one source, or a chain of credentials.

use std::sync::Arc;
#[cfg(feature = "chain")]
use std::sync::{Mutex, PoisonError};

#[cfg(feature = "chain")]
use managed_identity_core::{AccessToken, AcquireFromChain, AcquireOptions, Chain, CredentialKind};
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
            Self::Source(source) => {
                let acquire = Acquire::new(Arc::clone(source), request)?.with_options(&settings.acquire);
                Ok(acquire.start(seed, now))
            }
            #[cfg(feature = "chain")]
            Self::Chain(it) => Ok(it.acquire(request, &settings.acquire).start(seed, now)),
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

#[cfg(feature = "chain")]
impl Remembering {
    fn acquire(&self, request: TokenRequest, options: &AcquireOptions) -> AcquireFromChain {
        let acquire = AcquireFromChain::new(self.chain.clone(), request).with_options(options);
        match *self.last.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(member) => acquire.starting_with(member),
            None => acquire,
        }
    }
}
