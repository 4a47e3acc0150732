//! What a sandbox must grant for a source.

use super::source::Source;
use super::variables::used;
use crate::effect::Trust;
use crate::kind::SourceKind;
use crate::wire::{Endpoint, HttpMethod};

/// What a sandbox must let its guest do so that it gets tokens from a source: one kind of call to one address, a file on
/// some sources, and the variables by which the source is found. Nothing else is needed.
///
/// ```
/// use managed_identity_core::{FileGrant, Platform, Source};
///
/// let endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
/// let source = Source::azure_arc(endpoint, "/var/opt/azcmagent/tokens", Platform::Linux)?;
/// let grants = source.grants();
/// assert_eq!((grants.method.as_str(), grants.endpoint.as_str()), ("GET", endpoint));
/// assert_eq!(grants.file, Some(FileGrant::Folder("/var/opt/azcmagent/tokens")));
/// # Ok::<(), managed_identity_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grants<'a> {
    /// The method of every call.
    pub method: HttpMethod,
    /// The address of every call, to which parameters are added. No other path on it is asked for.
    pub endpoint: &'a Endpoint,
    /// How that address proves who it is. A sandbox that cannot check a pinned certificate grants in vain.
    pub trust: Trust,
    /// What has to be readable. The certificates of a token proxy are not here but in
    /// [`token_proxy_ca_file`](Source::token_proxy_ca_file).
    pub file: Option<FileGrant<'a>>,
    /// The environment variables by which the source is found and asked. Some hold secrets.
    pub variables: &'static [&'static str],
}

/// What has to be readable for a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileGrant<'a> {
    /// This folder: the name of the file in it is different each time.
    Folder(&'a str),
    /// This file, which may be replaced at any time.
    File(&'a str),
}

impl Source {
    /// What a sandbox must grant for this source.
    #[must_use]
    pub fn grants(&self) -> Grants<'_> {
        let method = match self.kind() {
            SourceKind::CloudShell | SourceKind::WorkloadIdentity => HttpMethod::Post,
            #[cfg(feature = "chain")]
            SourceKind::AzurePipelines
            | SourceKind::ClientCertificate
            | SourceKind::ClientSecret
            | SourceKind::FederatedIdentity
            | SourceKind::GitHubActions => HttpMethod::Post,
            #[cfg(feature = "chain")]
            SourceKind::Chain | SourceKind::DeveloperTool(_) => HttpMethod::Get,
            SourceKind::AppService
            | SourceKind::AzureArc
            | SourceKind::Imds
            | SourceKind::MachineLearning
            | SourceKind::ServiceFabric => HttpMethod::Get,
        };
        let folder = self.key_directory().map(FileGrant::Folder);
        let file = self.federated_token_file();
        #[cfg(feature = "chain")]
        let file = file.or(self.client_certificate_file());
        Grants {
            method,
            endpoint: self.endpoint(),
            trust: self.trust(),
            file: folder.or(file.map(FileGrant::File)),
            variables: used(self.kind()),
        }
    }
}
