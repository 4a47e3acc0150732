//! What is asked of a source.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use managed_identity_core::{
    AcquireOptions, CacheKey, ConfigError, Epoch, TokenDigest, TokenRequest as CoreRequest, UnixTime,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::acquisition::Acquisition;
#[cfg(feature = "chain")]
use crate::chain::Chain;
use crate::error::{ManagedIdentityError, thrown};
use crate::options::RequestOptions;
use crate::origin::Origin;
use crate::source::Source;
use crate::time::time;

/// A request to a source. It can be started any number of times, and names one token of a cache.
#[wasm_bindgen]
pub struct TokenRequest {
    pub(crate) key: CacheKey,
    origin: Origin,
    pub(crate) request: CoreRequest,
    options: AcquireOptions,
}

#[wasm_bindgen]
impl TokenRequest {
    /// A request for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// Throws a `ManagedIdentityError` when nothing is named, or the source cannot serve the request.
    ///
    /// # Errors
    /// As described.
    #[wasm_bindgen(constructor)]
    pub fn new(
        source: &Source,
        resource: &str,
        options: &RequestOptions,
    ) -> Result<TokenRequest, ManagedIdentityError> {
        let request = requested(resource, options).map_err(thrown)?;
        // Whether the source can serve the request is said at once.
        source.0.check(request.identity()).map_err(thrown)?;
        let key = CacheKey::new(&source.0, &request);
        Ok(Self { key, origin: Origin::of_source(&source.0), request, options: options.acquire() })
    }

    /// A request to a chain of credentials.
    ///
    /// Throws a `ManagedIdentityError` when nothing is named.
    ///
    /// # Errors
    /// As described.
    #[cfg(feature = "chain")]
    #[wasm_bindgen(js_name = "ofChain")]
    pub fn of_chain(
        chain: &Chain,
        resource: &str,
        options: &RequestOptions,
    ) -> Result<TokenRequest, ManagedIdentityError> {
        let mut request = requested(resource, options).map_err(thrown)?;
        if let Some(tenant) = options.tenant_id() {
            request = request.with_tenant(tenant);
        }
        if let Some(claims) = options.claims() {
            request = request.with_claims(claims);
        }
        let origin = Origin::of_chain(&chain.0);
        Ok(Self { key: CacheKey::of_chain(&chain.0.chain, &request), origin, request, options: options.acquire() })
    }

    /// The resource, without `/.default`.
    #[wasm_bindgen(getter)]
    pub fn resource(&self) -> String {
        self.request.resource().to_owned()
    }

    /// Begins a flow. `seed` is drawn at random and decides jitter and request ids; `now` is the time in milliseconds
    /// since the epoch.
    ///
    /// # Errors
    /// None that the constructor has not thrown already.
    pub fn start(&self, seed: u64, now: f64) -> Result<Acquisition, ManagedIdentityError> {
        self.begin(self.request.clone(), Epoch::default(), seed, time(now))
    }
}

impl TokenRequest {
    /// Begins a flow for this request as a lease has it.
    pub(crate) fn begin(
        &self,
        request: CoreRequest,
        epoch: Epoch,
        seed: u64,
        now: UnixTime,
    ) -> Result<Acquisition, ManagedIdentityError> {
        let step = self.origin.start(request, &self.options, seed, now).map_err(thrown)?;
        #[cfg(feature = "chain")]
        return Ok(Acquisition::new(step, epoch, self.origin.clone()));
        #[cfg(not(feature = "chain"))]
        Ok(Acquisition::new(step, epoch))
    }
}

/// What is asked for, as the options say.
fn requested(resource: &str, options: &RequestOptions) -> Result<CoreRequest, ConfigError> {
    let parse = if options.is_scope() == Some(true) { CoreRequest::for_scope } else { CoreRequest::for_resource };
    let mut request = parse(resource)?;
    if let Some(it) = options.identity() {
        request = request.with_identity(it.read()?);
    }
    if let Some(rejected) = options.rejected_token() {
        request = request.with_rejected_digest(TokenDigest::of_secret(&rejected));
    }
    if let Some(capabilities) = options.client_capabilities().filter(|it| !it.is_empty()) {
        // Service Fabric takes them joined, the authority one by one.
        #[cfg(feature = "chain")]
        let capabilities = capabilities.split(',');
        #[cfg(not(feature = "chain"))]
        let capabilities = [capabilities];
        request = request.with_client_capabilities(capabilities);
    }
    Ok(request)
}
