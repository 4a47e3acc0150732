//! What a cached token is filed under.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};

#[cfg(feature = "chain")]
use crate::credential::Chain;
use crate::credential::Source;
use crate::kind::SourceKind;
use crate::values::{Identity, TokenRequest};

/// Names one token of a [`TokenCache`](super::TokenCache): source, endpoint, identity and resource.
///
/// Every part is compared as it is written: `https://A` and `https://a` are two resources, and one id given as a client
/// id and as an object id names two identities. On Service Fabric the client capabilities belong to the key too, since
/// they are sent and change the token; elsewhere they are not sent and do not count. A rejected token never counts: the
/// token that replaces it is filed in its place.
///
/// Where a source was configured with a client id, as Machine Learning and AKS workload identity can be, a request for
/// the system-assigned identity and one for that client id name the same token.
///
/// Cloning shares one allocation. Keys have an order, which means nothing. `Debug` leaves out the endpoint's query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey {
    /// Compared first: so the many comparisons of a search hardly ever follow the pointer.
    hash: u64,
    parts: Arc<Parts>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    resource: String,
    identity: Identity,
    client_capabilities: Option<String>,
    source: SourceKind,
    endpoint: String,
}

impl CacheKey {
    /// The key of what `source` answers to `request`.
    #[must_use]
    pub fn new(source: &Source, request: &TokenRequest) -> Self {
        let kind = source.kind();
        let parts = Parts {
            resource: request.resource().to_string(),
            identity: match (request.identity(), source.default_client_id()) {
                (Identity::SystemAssigned, Some(id)) => Identity::ClientId(id.to_string()),
                (identity, _) => identity.clone(),
            },
            client_capabilities: match kind {
                SourceKind::ServiceFabric => request.joined_capabilities(),
                _ => None,
            },
            source: kind,
            endpoint: source.endpoint().as_str().to_string(),
        };
        Self::of(parts)
    }

    /// The key of what `chain` answers to `request`, whichever member it is.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn of_chain(chain: &Chain, request: &TokenRequest) -> Self {
        Self::of(Parts {
            resource: request.resource().to_string(),
            identity: request.identity().clone(),
            client_capabilities: request.joined_capabilities(),
            source: SourceKind::Chain,
            endpoint: of_request(chain.fingerprint(), request),
        })
    }

    fn of(parts: Parts) -> Self {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        parts.hash(&mut hash);
        Self { hash: hash.finish(), parts: Arc::new(parts) }
    }

    /// The kind of the source.
    #[must_use]
    pub fn source(&self) -> SourceKind {
        self.parts.source
    }

    /// The identity asked for.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.parts.identity
    }

    /// The resource asked for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.parts.resource
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.parts.endpoint.split('?').next().unwrap_or_default();
        f.debug_struct("CacheKey")
            .field("source", &self.parts.source)
            .field("endpoint", &endpoint)
            .field("identity", &self.parts.identity)
            .field("resource", &self.parts.resource)
            .field("client_capabilities", &self.parts.client_capabilities)
            .finish()
    }
}

/// What in a request to a chain changes its token beside resource and identity.
#[cfg(feature = "chain")]
fn of_request(mut fingerprint: String, request: &TokenRequest) -> String {
    for part in [request.tenant().unwrap_or_default(), request.claims().unwrap_or_default()] {
        fingerprint.push('\n');
        fingerprint.push_str(part);
    }
    fingerprint
}

/// FNV-1a. Whoever makes keys collide on purpose gets a search that compares their parts.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
