//! Tokens of the host, lent to one plug-in by its policy.

use std::sync::{Arc, Mutex, PoisonError};

use managed_identity_core::{AccessToken, Identity, TokenProvider, TokenRequest};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::audit::{Audit, Form, Loan, Outcome};
use crate::bucket::Bucket;
use crate::convert::Ask;
use crate::outcome::NoToken;
use crate::policy::{Policy, Resources};
use crate::refusal::Refusal;
use crate::rejected::Rejected;

/// Tokens of the host, lent to one plug-in by its policy.
///
/// Anything that is a [`TokenProvider`] can be lent: the native client, a chain of credentials, a fake in a test. Clones
/// share what is left of the plug-in's rates, so there is one for each plug-in, however many of its instances run.
#[derive(Clone)]
pub struct Lend {
    plugin: Arc<str>,
    terms: Arc<Terms>,
    /// Nobody where nothing is lent.
    provider: Option<Arc<dyn TokenProvider>>,
    audit: Arc<dyn Audit>,
    left: Arc<Mutex<Left>>,
    revoked: watch::Sender<bool>,
    /// Of the tokens that the plug-in never sees.
    pub(crate) rejected: Rejected,
}

/// What of a policy is about tokens.
struct Terms {
    resources: Resources,
    identities: Vec<Identity>,
}

/// What is left of the rates.
struct Left {
    tokens: Option<Bucket>,
    rejections: Bucket,
}

impl Lend {
    /// Lends what `policy` allows to the plug-in of this name, which is used in the audit only.
    #[must_use]
    pub fn new(plugin: &str, provider: impl TokenProvider + 'static, policy: &Policy) -> Self {
        Self { provider: Some(Arc::new(provider)), ..Self::nothing_yet(plugin, policy) }
    }

    /// Lends nothing: for a plug-in that needs no tokens, or gets them itself.
    #[must_use]
    pub fn nothing(plugin: &str) -> Self {
        Self::nothing_yet(plugin, &Policy::nothing())
    }

    fn nothing_yet(plugin: &str, policy: &Policy) -> Self {
        let now = Instant::now();
        let left = Left {
            tokens: policy.tokens.map(|rate| Bucket::new(rate, now)),
            rejections: Bucket::new(policy.rejections, now),
        };
        Self {
            plugin: plugin.into(),
            terms: Arc::new(Terms { resources: policy.resources.clone(), identities: policy.identities.clone() }),
            provider: None,
            audit: Arc::new(|_: &Loan<'_>| {}),
            left: Arc::new(Mutex::new(left)),
            revoked: watch::Sender::new(false),
            rejected: Rejected::default(),
        }
    }

    /// Tells `audit` of each token that is lent or refused.
    #[must_use]
    pub fn with_audit(mut self, audit: impl Audit + 'static) -> Self {
        self.audit = Arc::new(audit);
        self
    }

    /// Takes the loan back, in all clones: who waits for a token is refused at once, and so is who asks from now on. What
    /// was lent before stays valid until it expires.
    pub fn revoke(&self) {
        self.revoked.send_replace(true);
    }

    /// A token as the policy has it. Each call ends in one record of the audit, also when it is dropped.
    pub(crate) async fn token(&self, ask: &Ask, form: Form) -> Result<AccessToken, NoToken> {
        let mut record = Record { lend: self, request: &ask.request, form, is_made: false };
        let outcome = self.decided(ask).await;
        record.make(&outcome);
        outcome
    }

    /// Takes note of a request that cannot be understood.
    pub(crate) fn not_understood(&self, target: &str, reason: &NoToken) {
        let resource = shortened(target);
        let outcome = Outcome::NotLent(reason);
        self.audit.record(&Loan { plugin: &self.plugin, resource, identity: None, form: Form::Token, outcome });
    }

    async fn decided(&self, ask: &Ask) -> Result<AccessToken, NoToken> {
        let provider = self.check(&ask.request)?;
        let mut revoked = self.revoked.subscribe();
        let token = async {
            let token = provider.get_token(&ask.request);
            match ask.time_budget {
                Some(budget) => tokio::time::timeout(budget, token).await.map_err(|_| NoToken::TooLate(budget))?,
                None => token.await,
            }
            .map_err(NoToken::Failed)
        };
        tokio::select! {
            biased;
            // It does not fail: the sender is here.
            _ = revoked.wait_for(|revoked| *revoked) => Err(Refusal::Revoked.into()),
            token = token => token,
        }
    }

    /// Whom to ask for the token, if the plug-in may have it.
    fn check(&self, request: &TokenRequest) -> Result<&dyn TokenProvider, Refusal> {
        if *self.revoked.borrow() {
            return Err(Refusal::Revoked);
        }
        let provider = self.provider.as_deref().filter(|_| self.terms.resources.contains(request.resource()));
        let Some(provider) = provider else {
            return Err(Refusal::Resource { resource: request.resource().to_owned() });
        };
        let identity = request.identity();
        if *identity != Identity::SystemAssigned && !self.terms.identities.contains(identity) {
            return Err(Refusal::Identity { identity: identity.clone() });
        }
        let now = Instant::now();
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tokens) = &mut left.tokens {
            tokens.take(now).map_err(|(rate, wait)| Refusal::TooManyTokens { rate, wait })?;
        }
        if request.rejected().is_some() {
            left.rejections.take(now).map_err(|(rate, wait)| Refusal::TooManyRejections { rate, wait })?;
        }
        Ok(provider)
    }
}

/// One record of the audit, made in any case.
struct Record<'a> {
    lend: &'a Lend,
    request: &'a TokenRequest,
    form: Form,
    is_made: bool,
}

impl Record<'_> {
    fn make(&mut self, outcome: &Result<AccessToken, NoToken>) {
        self.is_made = true;
        self.tell(match outcome {
            Ok(token) => Outcome::Lent { source: token.source(), expires_on: token.expires_on() },
            Err(reason) => Outcome::NotLent(reason),
        });
    }

    fn tell(&self, outcome: Outcome<'_>) {
        self.lend.audit.record(&Loan {
            plugin: &self.lend.plugin,
            resource: self.request.resource(),
            identity: Some(self.request.identity()),
            form: self.form,
            outcome,
        });
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if !self.is_made {
            self.tell(Outcome::Abandoned);
        }
    }
}

/// The beginning of a text that may be very long.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(128).map_or(text, |(end, _)| &text[..end])
}
