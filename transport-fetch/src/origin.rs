//! Where the tokens of a request come from: one source, or a chain of credentials.

#[cfg(feature = "chain")]
use alloc::rc::Rc;
use alloc::sync::Arc;
#[cfg(feature = "chain")]
use core::cell::Cell;

#[cfg(feature = "chain")]
use managed_identity_core::{AccessToken, AcquireFromChain, Chain, CredentialKind};
use managed_identity_core::{Acquire, AcquireOptions, ConfigError, Source, Step, TokenRequest, UnixTime};

#[derive(Clone)]
pub(crate) enum Origin {
    Source(Arc<Source>),
    #[cfg(feature = "chain")]
    Chain(Rc<Remembering>),
}

/// A chain, and the member that the last token was from.
#[cfg(feature = "chain")]
pub(crate) struct Remembering {
    pub(crate) chain: Chain,
    last: Cell<Option<CredentialKind>>,
}

impl Origin {
    pub(crate) fn of_source(source: &Arc<Source>) -> Self {
        Self::Source(Arc::clone(source))
    }

    #[cfg(feature = "chain")]
    pub(crate) fn of_chain(chain: &Rc<Remembering>) -> Self {
        Self::Chain(Rc::clone(chain))
    }

    /// Begins an acquisition.
    pub(crate) fn start(
        &self,
        request: TokenRequest,
        options: &AcquireOptions,
        seed: u64,
        now: UnixTime,
    ) -> Result<Step, ConfigError> {
        match self {
            Self::Source(source) => {
                let acquire = Acquire::new(Arc::clone(source), request)?.with_options(options);
                Ok(acquire.start(seed, now))
            }
            #[cfg(feature = "chain")]
            Self::Chain(it) => Ok(it.acquire(request, options).start(seed, now)),
        }
    }

    /// Takes note of which member of a chain a token is from: it is asked first the next time.
    #[cfg(feature = "chain")]
    pub(crate) fn remember(&self, token: &AccessToken) {
        if let Self::Chain(it) = self {
            it.last.set(Some(CredentialKind::of(token.source())));
        }
    }
}

#[cfg(feature = "chain")]
impl Remembering {
    pub(crate) const fn new(chain: Chain) -> Self {
        Self { chain, last: Cell::new(None) }
    }

    fn acquire(&self, request: TokenRequest, options: &AcquireOptions) -> AcquireFromChain {
        let acquire = AcquireFromChain::new(self.chain.clone(), request).with_options(options);
        match self.last.get() {
            Some(member) => acquire.starting_with(member),
            None => acquire,
        }
    }
}
