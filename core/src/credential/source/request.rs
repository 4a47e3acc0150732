//! How a source is asked: what is read and sent, to whom, and what has to stay secret of it.

use super::{Dialect, Source};
use crate::credential::parts::RequestParts;
use crate::effect::{FileRequest, Route, Trust};
use crate::error::ConfigError;
use crate::wire::HttpRequest;

impl Source {
    /// The file to read before each attempt, where there is one: whoever keeps it may have replaced it meanwhile.
    pub(crate) fn first_file(&self) -> Option<FileRequest> {
        if let Some(workload) = self.workload_identity_dialect() {
            return Some(workload.proxy_ca_request().unwrap_or_else(|| workload.file_request()));
        }
        #[cfg(feature = "chain")]
        if let Some(certificate) = self.client_certificate_dialect() {
            return Some(certificate.file_request());
        }
        None
    }

    pub(crate) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        match &self.dialect {
            Dialect::AppService(it) => it.request(parts),
            Dialect::AzureArc(it) => it.request(parts),
            #[cfg(feature = "chain")]
            Dialect::Application(it) => it.request(parts),
            #[cfg(feature = "chain")]
            Dialect::ClientCertificate(it) => it.request(parts),
            #[cfg(feature = "chain")]
            Dialect::ClientSecret(it) => it.request(parts),
            #[cfg(feature = "chain")]
            Dialect::Oidc(it) => Ok(it.request()),
            Dialect::CloudShell(it) => it.request(parts),
            Dialect::Imds(it) => it.request(parts),
            Dialect::MachineLearning(it) => it.request(parts),
            Dialect::ServiceFabric(it) => it.request(parts),
            Dialect::WorkloadIdentity(it) => it.request(parts),
        }
    }

    /// The member of the answer that has an assertion, where the source gives one in place of a token.
    #[cfg(feature = "chain")]
    pub(crate) const fn assertion_member(&self) -> Option<&'static str> {
        match &self.dialect {
            Dialect::Oidc(it) => Some(it.member()),
            _ => None,
        }
    }

    /// The text in the source's requests that a peer must not bring back into an error message.
    pub(crate) fn secret(&self) -> Option<&str> {
        match &self.dialect {
            Dialect::AppService(it) => Some(it.header.expose()),
            #[cfg(feature = "chain")]
            Dialect::ClientSecret(it) => Some(it.secret.expose()),
            Dialect::MachineLearning(it) => Some(it.secret.expose()),
            #[cfg(feature = "chain")]
            Dialect::Oidc(it) => Some(it.token.expose()),
            #[cfg(feature = "chain")]
            Dialect::Application(_) | Dialect::ClientCertificate(_) => None,
            Dialect::ServiceFabric(it) => Some(it.header.expose()),
            Dialect::AzureArc(_) | Dialect::CloudShell(_) | Dialect::Imds(_) | Dialect::WorkloadIdentity(_) => None,
        }
    }

    /// Only the authority may be beyond a proxy. The token proxy is in the cluster, as the other endpoints are on the machine
    /// or beside it.
    pub(crate) fn route(&self) -> Route {
        match &self.dialect {
            Dialect::WorkloadIdentity(it) if it.proxy.is_none() => Route::AsConfigured,
            #[cfg(feature = "chain")]
            Dialect::Application(_) | Dialect::ClientCertificate(_) | Dialect::ClientSecret(_) | Dialect::Oidc(_) => {
                Route::AsConfigured
            }
            _ => Route::Direct,
        }
    }

    /// How the endpoint has to prove who it is.
    pub(crate) fn trust(&self) -> Trust {
        match &self.dialect {
            Dialect::ServiceFabric(it) => Trust::Leaf(it.thumbprint),
            Dialect::WorkloadIdentity(it) => it.proxy_trust(None).unwrap_or_else(|| self.usual_trust()),
            _ => self.usual_trust(),
        }
    }

    /// How an endpoint proves who it is unless its dialect says otherwise.
    fn usual_trust(&self) -> Trust {
        if self.endpoint().is_https() { Trust::Roots } else { Trust::Plain }
    }
}
