//! The recipe of one acquisition from a chain of credentials.

use core::time::Duration;

use super::options::AcquireOptions;
use super::retry_policy::RetryPolicy;
use crate::credential::Chain;
use crate::kind::CredentialKind;
use crate::values::TokenRequest;

/// How to get one token from a chain. Plain data; `start` begins.
///
/// An identity in the request is the managed identity to ask for, by workload identity too where it is a client id; a
/// service principal and the developer tools are who they are.
///
/// ```
/// use managed_identity_core::{
///     AcquireFromChain, Chain, ChainOptions, CommandOutput, CredentialKind, Environment, HostFacts, Platform, Step,
///     TokenRequest, UnixTime,
/// };
///
/// let environment = Environment::from_lookup(|name| (name == "AZURE_TOKEN_CREDENTIALS").then(|| "dev".into()));
/// let chain = Chain::of(&environment, HostFacts::of(Platform::Linux), &ChainOptions::default())?;
/// let request = TokenRequest::for_resource("https://vault.azure.net")?;
/// let now = UnixTime::from_secs(1_700_000_000);
///
/// let Step::Run { command, then } = AcquireFromChain::new(chain, request).start(42, now) else { panic!() };
/// assert_eq!((command.programs, command.arguments[0].as_str()), (&["az"][..], "account"));
/// let output = CommandOutput::new(Some(1), Vec::new(), b"ERROR: Please run 'az login' to setup account.".to_vec());
///
/// let Step::Run { command, then } = then.resume(Ok(output), now) else { panic!() };
/// assert_eq!(command.programs, ["pwsh"]);
/// let output = CommandOutput::new(Some(0), br#"{"token":"eyJ...","expires_on":1700003600}"#.to_vec(), Vec::new());
///
/// let Step::Done(outcome) = then.resume(Ok(output), now) else { panic!() };
/// assert_eq!(CredentialKind::of(outcome?.source()), CredentialKind::AzurePowerShell);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "call `start` to begin"]
pub struct AcquireFromChain {
    pub(super) chain: Chain,
    pub(super) request: TokenRequest,
    pub(super) first: Option<CredentialKind>,
    pub(super) options: AcquireOptions,
}

impl AcquireFromChain {
    /// Puts a chain and a request together.
    pub fn new(chain: Chain, request: TokenRequest) -> Self {
        Self { chain, request, first: None, options: AcquireOptions::default() }
    }

    /// Applies these options to each member, in place of all that were chosen before. The time budget is for all members
    /// together.
    pub fn with_options(mut self, options: &AcquireOptions) -> Self {
        self.options = options.clone();
        self
    }

    /// Tries this member before the others: the one that a token was from the last time. The others follow in their order
    /// where it is not here any more. Its endpoint is known, and is not looked for.
    pub const fn starting_with(mut self, member: CredentialKind) -> Self {
        self.first = Some(member);
        self
    }

    /// Retries by this policy instead of each source's own.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Limits the time for all members together.
    pub const fn with_time_budget(mut self, budget: Duration) -> Self {
        self.options.time_budget = Some(budget);
        self
    }

    /// Waits no longer than this for a connection.
    pub const fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.options.connect_timeout = Some(limit);
        self
    }

    /// Takes the patience out of the retry policies, as [`RetryPolicy::fail_fast`] says.
    pub const fn with_fail_fast(mut self) -> Self {
        self.options.fail_fast = true;
        self
    }

    /// Leaves out the headers `x-client-sku`, `x-client-ver` and `x-ms-client-request-id` on IMDS.
    pub const fn without_client_headers(mut self) -> Self {
        self.options.without_client_headers = true;
        self
    }
}
