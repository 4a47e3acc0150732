//! Which tokens a caller accepts.

use super::lookup::Epoch;
use crate::error::{Error, UnusableToken};
use crate::values::{AccessToken, TokenDigest};

/// Which tokens a caller accepts. The default accepts any usable one.
///
/// Made when the wish comes up and kept while its caller waits: [`TokenCache::renewed`](super::TokenCache::renewed) for a
/// token that is asked for from now on, [`TokenCache::reject`](super::TokenCache::reject) for one in place of a rejected
/// one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The flow that brought it was begun after this.
    pub(super) since: Epoch,
    /// It is not this one.
    pub(super) rejected: Option<TokenDigest>,
}

impl Wish {
    /// Whether the caller is content with any usable token.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    /// Both wishes at once, where a token is to be asked for from now on and is not to be a rejected one either.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { since: self.since.max(other.since), rejected: self.rejected.or(other.rejected) }
    }

    /// What the outcome of a flow of this epoch is to the caller. `None` when it was begun before the wish came up: look
    /// into the cache again.
    ///
    /// # Errors
    /// The outcome's own error, or that the source gave the rejected token again.
    pub fn judge(&self, epoch: Epoch, outcome: &Result<AccessToken, Error>) -> Option<Result<AccessToken, Error>> {
        if epoch <= self.since {
            return None;
        }
        Some(match (outcome, self.rejected) {
            (Ok(token), Some(rejected)) if TokenDigest::of(token) == rejected => {
                Err(Error::unusable(UnusableToken::RejectedAgain, token.source(), token.resource()))
            }
            _ => outcome.clone(),
        })
    }
}
