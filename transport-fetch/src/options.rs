//! What of a request deviates from the defaults.

use alloc::string::String;

use managed_identity_core::{AcquireOptions, ConfigError, Identity, RetryPolicy};
use wasm_bindgen::prelude::wasm_bindgen;

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
  /**
   * What the caller can handle, such as `cp1`; several are joined by commas. Only Service Fabric is told and, with
   * `DefaultCredential`, the authority.
   */
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
  /** With `DefaultCredential`: the tenant that is asked for, where it is another one than the credential's. */
  readonly tenantId?: string | undefined;
  /** With `DefaultCredential`: the claims that the token has to meet. */
  readonly claims?: string | undefined;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The options of a request.
    #[wasm_bindgen(typescript_type = "RequestOptions")]
    pub type RequestOptions;

    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn identity(this: &RequestOptions) -> Option<IdentityOption>;
    #[wasm_bindgen(method, structural, getter, js_name = "rejectedToken")]
    pub(crate) fn rejected_token(this: &RequestOptions) -> Option<String>;
    #[wasm_bindgen(method, structural, getter, js_name = "clientCapabilities")]
    pub(crate) fn client_capabilities(this: &RequestOptions) -> Option<String>;
    #[wasm_bindgen(method, structural, getter, js_name = "timeBudgetMs")]
    pub(crate) fn time_budget(this: &RequestOptions) -> Option<f64>;
    #[wasm_bindgen(method, structural, getter, js_name = "connectTimeoutMs")]
    pub(crate) fn connect_timeout(this: &RequestOptions) -> Option<f64>;
    #[wasm_bindgen(method, structural, getter, js_name = "failFast")]
    pub(crate) fn fail_fast(this: &RequestOptions) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn retries(this: &RequestOptions) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter, js_name = "clientHeaders")]
    pub(crate) fn client_headers(this: &RequestOptions) -> Option<bool>;
    #[wasm_bindgen(method, structural, getter, js_name = "isScope")]
    pub(crate) fn is_scope(this: &RequestOptions) -> Option<bool>;
    #[cfg(feature = "chain")]
    #[wasm_bindgen(method, structural, getter, js_name = "tenantId")]
    pub(crate) fn tenant_id(this: &RequestOptions) -> Option<String>;
    #[cfg(feature = "chain")]
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn claims(this: &RequestOptions) -> Option<String>;

    /// The identity of a request.
    #[wasm_bindgen(typescript_type = "Identity")]
    pub type IdentityOption;

    #[wasm_bindgen(method, structural, getter, js_name = "type")]
    pub(crate) fn kind(this: &IdentityOption) -> Option<String>;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn id(this: &IdentityOption) -> Option<String>;
}

impl IdentityOption {
    /// The identity that is meant.
    pub(crate) fn read(&self) -> Result<Identity, ConfigError> {
        let (kind, id) = (self.kind().unwrap_or_default(), self.id());
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
}

impl RequestOptions {
    /// What they say of how a token is asked for.
    pub(crate) fn acquire(&self) -> AcquireOptions {
        AcquireOptions {
            retry: (self.retries() == Some(false)).then(RetryPolicy::none),
            time_budget: self.time_budget().map(|it| time(it).as_duration()),
            connect_timeout: self.connect_timeout().map(|it| time(it).as_duration()),
            fail_fast: self.fail_fast().unwrap_or(false),
            without_client_headers: self.client_headers() == Some(false),
        }
    }
}
