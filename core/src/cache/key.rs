//! What a cached token is filed under.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::fmt;

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
/// Cloning shares one allocation. `Debug` leaves out the endpoint's query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey(Arc<Parts>);

// The parts that differ most often come first, so that comparisons end early.
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
        Self(Arc::new(Parts {
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
        }))
    }

    /// The kind of the source.
    #[must_use]
    pub fn source(&self) -> SourceKind {
        self.0.source
    }

    /// The identity asked for.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The resource asked for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.0.resource
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.0.endpoint.split('?').next().unwrap_or_default();
        f.debug_struct("CacheKey")
            .field("source", &self.0.source)
            .field("endpoint", &endpoint)
            .field("identity", &self.0.identity)
            .field("resource", &self.0.resource)
            .field("client_capabilities", &self.0.client_capabilities)
            .finish()
    }
}
