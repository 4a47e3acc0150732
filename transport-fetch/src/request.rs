//! What is asked of a source.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;

use managed_identity_core::{
    Acquire, CacheKey, ConfigError, Epoch, Identity, RetryPolicy, TokenDigest, TokenRequest as CoreRequest, UnixTime,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::acquisition::Acquisition;
use crate::error::{ManagedIdentityError, thrown};
use crate::source::Source;
use crate::time::time;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** An identity: the system-assigned one, or a user-assigned one by one of its ids. */
export type Identity =
  | { readonly type: "SystemAssigned" }
  /** By the client (application) id, the object (principal) id or the Azure Resource Manager id. */
  | { readonly type: "ClientId" | "ObjectId" | "ResourceId"; readonly id: string };

/** Whatever deviates from the defaults of a request. */
export interface RequestOptions {
  /** The system-assigned identity unless set. */
  readonly identity?: Identity | undefined;
  /** What the caller can handle, such as `cp1`; several are joined by commas. Only Service Fabric is told. */
  readonly clientCapabilities?: string | undefined;
  /** A token that a resource rejected: Service Fabric is told its SHA-256 digest. */
  readonly rejectedToken?: string | undefined;
  /** The longest time for everything together, in milliseconds. Unless set it outlasts the documented outages. */
  readonly timeBudgetMs?: number | undefined;
  /** The longest wait for a connection, in milliseconds; by evidence and by what is left of the time budget unless set. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Whether the patience is taken out of retries: an endpoint that cannot be connected to is tried once more only, even where
   * the environment proves that it exists, and no wait is longer than five seconds.
   */
  readonly failFast?: boolean | undefined;
  /** Whether failures that may pass by themselves are tried again; they are unless this is false. */
  readonly retries?: boolean | undefined;
  /** Whether the text is a list of scopes, of which there must be exactly one; it is a resource or a scope unless this is true. */
  readonly isScope?: boolean | undefined;
  /** Whether IMDS is told which client asks, and under which request id; it is unless this is false. */
  readonly clientHeaders?: boolean | undefined;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The options of a request.
    #[wasm_bindgen(typescript_type = "RequestOptions")]
    pub type RequestOptions;

    #[wasm_bindgen(method, structural, getter)]
    fn identity(this: &RequestOptions) -> Option<IdentityOption>;
    #[wasm_bindgen(method, structural, getter, js_name = "rejectedToken")]
    fn rejected_token(this: &RequestOptions) -> Option<String>;
    #[wasm_bindgen(method, structural, getter, js_name = "clientCapabilities")]
    fn client_capabilities(this: &RequestOptions) -> Option<String>;
    #[wasm_bindgen(method, structural, getter, js_name = "timeBudgetMs")]
    fn time_budget(this: &RequestOptions) -> Option<f64>;
    #[wasm_bindgen(method, structural, getter, js_name = "connectTimeoutMs")]
    fn connect_timeout(this: &RequestOptions) -> Option<f64>;
    #[wasm_bindgen(method, structural, getter, js_name = "failFast")]
    fn fail_fast(this: &RequestOptions) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter)]
    fn retries(this: &RequestOptions) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter, js_name = "clientHeaders")]
    fn client_headers(this: &RequestOptions) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter, js_name = "isScope")]
    fn is_scope(this: &RequestOptions) -> Option<bool>;

    /// The identity of a request.
    #[wasm_bindgen(typescript_type = "Identity")]
    pub type IdentityOption;

    #[wasm_bindgen(method, structural, getter, js_name = "type")]
    fn kind(this: &IdentityOption) -> Option<String>;
    #[wasm_bindgen(method, structural, getter)]
    fn id(this: &IdentityOption) -> Option<String>;
}

/// A request to a source. It can be started any number of times, and names one token of a cache.
#[wasm_bindgen]
pub struct TokenRequest {
    pub(crate) key: CacheKey,
    source: Arc<managed_identity_core::Source>,
    pub(crate) request: CoreRequest,
    settings: Settings,
}

#[derive(Clone, Copy)]
struct Settings {
    retries: bool,
    time_budget: Option<Duration>,
    connect_timeout: Option<Duration>,
    fail_fast: bool,
    client_headers: bool,
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
        let parse = if options.is_scope() == Some(true) { CoreRequest::for_scope } else { CoreRequest::for_resource };
        let mut request = parse(resource).map_err(thrown)?;
        if let Some(it) = options.identity() {
            request = request.with_identity(identity(&it).map_err(thrown)?);
        }
        if let Some(rejected) = options.rejected_token() {
            request = request.with_rejected_digest(TokenDigest::of_secret(&rejected));
        }
        if let Some(capabilities) = options.client_capabilities().filter(|it| !it.is_empty()) {
            request = request.with_client_capabilities([capabilities]);
        }
        let settings = Settings {
            retries: options.retries().unwrap_or(true),
            time_budget: options.time_budget().map(|it| time(it).as_duration()),
            connect_timeout: options.connect_timeout().map(|it| time(it).as_duration()),
            fail_fast: options.fail_fast().unwrap_or(false),
            client_headers: options.client_headers().unwrap_or(true),
        };
        // Whether the source can serve the request is said at once.
        source.0.check(request.identity()).map_err(thrown)?;
        Ok(Self { key: CacheKey::new(&source.0, &request), source: Arc::clone(&source.0), request, settings })
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
        let mut acquire = Acquire::new(Arc::clone(&self.source), request).map_err(thrown)?;
        if !self.settings.retries {
            acquire = acquire.with_retry(RetryPolicy::none());
        }
        if let Some(budget) = self.settings.time_budget {
            acquire = acquire.with_time_budget(budget);
        }
        if self.settings.fail_fast {
            acquire = acquire.with_fail_fast();
        }
        if let Some(limit) = self.settings.connect_timeout {
            acquire = acquire.with_connect_timeout(limit);
        }
        if !self.settings.client_headers {
            acquire = acquire.without_client_headers();
        }
        Ok(Acquisition::new(acquire.start(seed, now), epoch))
    }
}

fn identity(options: &IdentityOption) -> Result<Identity, ConfigError> {
    let (kind, id) = (options.kind().unwrap_or_default(), options.id());
    let of = match (kind.as_str(), &id) {
        ("SystemAssigned", None) => return Ok(Identity::SystemAssigned),
        ("SystemAssigned", Some(_)) => return Err(ConfigError::IdentifierOnSystemAssigned),
        ("ClientId", _) => Identity::ClientId,
        ("ObjectId", _) => Identity::ObjectId,
        ("ResourceId", _) => Identity::ResourceId,
        _ => return Err(ConfigError::UnknownIdentityType { found: kind }),
    };
    // One that is empty is refused with the rest of the request.
    Ok(of(id.unwrap_or_default()))
}
