//! The sources of tokens. One file each: how it is recognised, what its requests look like, what it cannot do.

mod app_service;
mod azure_arc;
mod cloud_shell;
mod imds;
mod machine_learning;
mod service_fabric;
mod workload_identity;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use http::header::HeaderName;
use http::{HeaderValue, Method, Request, Uri};

use app_service::AppService;
pub(crate) use azure_arc::{AzureArc, DEFAULT_ENDPOINT as ARC_DEFAULT_ENDPOINT, MAX_ARC_KEY};
use cloud_shell::CloudShell;
pub(crate) use cloud_shell::DEFAULT_ENDPOINT as CLOUD_SHELL_DEFAULT_ENDPOINT;
pub(crate) use imds::DEFAULT_BASE as IMDS_DEFAULT_BASE;
use imds::Imds;
use machine_learning::MachineLearning;
use service_fabric::ServiceFabric;
pub(crate) use workload_identity::{MAX_FEDERATED_TOKEN, WorkloadIdentity};

use crate::endpoint::Endpoint;
use crate::environment::Platform;
use crate::error::ConfigError;
use crate::identity::IdentityKind;
use crate::request::TokenRequest;
use crate::secret::Secret;
use crate::step::{HttpPolicy, Trust};

/// Where tokens come from: one of the endpoints that Azure offers to programs without a stored credential.
///
/// Found by [`detect`](crate::detect), or made by the constructor of a kind when the caller knows better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    dialect: Dialect,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Dialect {
    AppService(AppService),
    AzureArc(AzureArc),
    CloudShell(CloudShell),
    Imds(Imds),
    MachineLearning(MachineLearning),
    ServiceFabric(ServiceFabric),
    WorkloadIdentity(WorkloadIdentity),
}

/// The kind of a [`Source`]. `Display` gives its name for people, [`SourceKind::as_str`] the one for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Exhaustive on purpose: a new source must be thought of wherever sources are told apart.
pub enum SourceKind {
    /// App Service, Functions, Container Apps and Automation.
    AppService,
    /// A machine outside Azure, joined to Azure Arc.
    AzureArc,
    /// Azure Cloud Shell.
    CloudShell,
    /// A virtual machine, by the Instance Metadata Service.
    Imds,
    /// Azure Machine Learning, and App Service's API version of 2017.
    MachineLearning,
    /// Service Fabric.
    ServiceFabric,
    /// AKS workload identity: a federated token exchanged at the authority.
    WorkloadIdentity,
}

impl SourceKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::AppService,
        Self::AzureArc,
        Self::CloudShell,
        Self::Imds,
        Self::MachineLearning,
        Self::ServiceFabric,
        Self::WorkloadIdentity,
    ];

    /// The name for programs: lower case with hyphens, such as `azure-arc`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppService => "app-service",
            Self::AzureArc => "azure-arc",
            Self::CloudShell => "cloud-shell",
            Self::Imds => "imds",
            Self::MachineLearning => "machine-learning",
            Self::ServiceFabric => "service-fabric",
            Self::WorkloadIdentity => "workload-identity",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppService => "App Service",
            Self::AzureArc => "Azure Arc",
            Self::CloudShell => "Cloud Shell",
            Self::Imds => "the VM metadata service (IMDS)",
            Self::MachineLearning => "Machine Learning",
            Self::ServiceFabric => "Service Fabric",
            Self::WorkloadIdentity => "AKS workload identity",
        })
    }
}

/// The text is no name of a [`SourceKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown source; use app-service, azure-arc, cloud-shell, imds, machine-learning, service-fabric or workload-identity"
)]
pub struct UnknownSource;

impl FromStr for SourceKind {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownSource)
    }
}

/// What a request is made of besides the source.
pub(crate) struct RequestParts<'a> {
    pub(crate) request: &'a TokenRequest,
    /// The id for `x-ms-client-request-id`, on sources that know it and unless switched off.
    pub(crate) request_id: Option<&'a str>,
    /// Azure Arc's answer to the challenge.
    pub(crate) authorization: Option<&'a HeaderValue>,
    /// The federated token of workload identity.
    pub(crate) assertion: Option<&'a Secret>,
}

const CHOSEN_BY_CALLER: &str = "the caller chose it";

impl Source {
    /// App Service, Functions, Container Apps or Automation, by `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint or header.
    pub fn app_service(endpoint: &str, header: &str) -> Result<Self, ConfigError> {
        AppService::new(endpoint, header).map(|it| Dialect::AppService(it).into())
    }

    /// Azure Arc, by the agent's endpoint; `key_directory` is the only folder a key file is read from, by the path rules
    /// of `platform`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint, or a platform without Azure Arc.
    pub fn azure_arc(endpoint: &str, key_directory: &str, platform: Platform) -> Result<Self, ConfigError> {
        AzureArc::new(endpoint, key_directory, platform).map(|it| Dialect::AzureArc(it).into())
    }

    /// Cloud Shell, by `MSI_ENDPOINT`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint.
    pub fn cloud_shell(endpoint: &str) -> Result<Self, ConfigError> {
        CloudShell::new("MSI_ENDPOINT", endpoint).map(|it| Dialect::CloudShell(it).into())
    }

    /// The Instance Metadata Service of virtual machines, at `base` (`http://169.254.169.254` outside of tests).
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable base address.
    pub fn imds(base: &str) -> Result<Self, ConfigError> {
        Imds::new(base).map(|it| Dialect::Imds(it).into())
    }

    /// Machine Learning, by `MSI_ENDPOINT`, `MSI_SECRET` and, where set, `DEFAULT_IDENTITY_CLIENT_ID`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint or secret.
    pub fn machine_learning(
        endpoint: &str,
        secret: &str,
        default_client_id: Option<&str>,
    ) -> Result<Self, ConfigError> {
        MachineLearning::new(endpoint, secret, default_client_id).map(|it| Dialect::MachineLearning(it).into())
    }

    /// Service Fabric, by `IDENTITY_ENDPOINT`, `IDENTITY_HEADER` and `IDENTITY_SERVER_THUMBPRINT`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint, header or thumbprint, or an endpoint without https.
    pub fn service_fabric(endpoint: &str, header: &str, thumbprint: &str) -> Result<Self, ConfigError> {
        ServiceFabric::new(endpoint, header, thumbprint).map(|it| Dialect::ServiceFabric(it).into())
    }

    /// AKS workload identity. `authority` is the host of `AZURE_AUTHORITY_HOST`, the public cloud's when `None`;
    /// `client_id` is used unless a request names one.
    ///
    /// # Errors
    /// A [`ConfigError`] for an authority without https, or a tenant or client id with illegal characters.
    pub fn workload_identity(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: Option<&str>,
        token_file: &str,
        platform: Platform,
    ) -> Result<Self, ConfigError> {
        WorkloadIdentity::new(authority, tenant_id, client_id, token_file, platform)
            .map(|it| Dialect::WorkloadIdentity(it).into())
    }

    /// On Azure Arc, reads key files from this folder only, for containers into which the agent's folder is mounted
    /// elsewhere. Other sources stay as they are.
    #[must_use]
    pub fn with_key_directory(mut self, directory: &str) -> Self {
        if let Dialect::AzureArc(arc) = &mut self.dialect {
            arc.set_key_directory(directory);
        }
        self
    }

    pub(crate) fn because(mut self, reason: &'static str) -> Self {
        self.reason = reason;
        self
    }

    /// Which kind of source it is.
    #[must_use]
    pub const fn kind(&self) -> SourceKind {
        match self.dialect {
            Dialect::AppService(_) => SourceKind::AppService,
            Dialect::AzureArc(_) => SourceKind::AzureArc,
            Dialect::CloudShell(_) => SourceKind::CloudShell,
            Dialect::Imds(_) => SourceKind::Imds,
            Dialect::MachineLearning(_) => SourceKind::MachineLearning,
            Dialect::ServiceFabric(_) => SourceKind::ServiceFabric,
            Dialect::WorkloadIdentity(_) => SourceKind::WorkloadIdentity,
        }
    }

    /// Why this source was chosen.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The address that is asked.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        match &self.dialect {
            Dialect::AppService(it) => &it.endpoint,
            Dialect::AzureArc(it) => &it.endpoint,
            Dialect::CloudShell(it) => &it.endpoint,
            Dialect::Imds(it) => &it.endpoint,
            Dialect::MachineLearning(it) => &it.endpoint,
            Dialect::ServiceFabric(it) => &it.endpoint,
            Dialect::WorkloadIdentity(it) => &it.endpoint,
        }
    }

    /// The folder of Azure Arc's key files: what a sandbox must grant for reading.
    #[must_use]
    pub fn key_directory(&self) -> Option<&str> {
        self.azure_arc_dialect().map(|it| it.key_directory.as_str())
    }

    /// The file of AKS workload identity's federated token: what a sandbox must grant for reading.
    #[must_use]
    pub fn federated_token_file(&self) -> Option<&str> {
        self.workload_identity_dialect().map(|it| it.token_file.as_str())
    }

    /// The client id that stands for the system-assigned identity where the environment names one.
    pub(crate) fn default_client_id(&self) -> Option<&str> {
        match &self.dialect {
            Dialect::MachineLearning(it) => it.default_client_id.as_deref(),
            Dialect::WorkloadIdentity(it) => it.default_client_id.as_deref(),
            Dialect::AppService(_)
            | Dialect::AzureArc(_)
            | Dialect::CloudShell(_)
            | Dialect::Imds(_)
            | Dialect::ServiceFabric(_) => None,
        }
    }

    pub(crate) const fn azure_arc_dialect(&self) -> Option<&AzureArc> {
        match &self.dialect {
            Dialect::AzureArc(it) => Some(it),
            _ => None,
        }
    }

    pub(crate) const fn workload_identity_dialect(&self) -> Option<&WorkloadIdentity> {
        match &self.dialect {
            Dialect::WorkloadIdentity(it) => Some(it),
            _ => None,
        }
    }

    /// Whether the source can serve the request.
    pub(crate) fn check(&self, request: &TokenRequest) -> Result<(), ConfigError> {
        let identity = request.identity().kind();
        let supported = match (&self.dialect, identity) {
            (_, IdentityKind::SystemAssigned) => true,
            (Dialect::AppService(_) | Dialect::AzureArc(_) | Dialect::Imds(_), _) => true,
            (Dialect::MachineLearning(_) | Dialect::WorkloadIdentity(_), kind) => kind == IdentityKind::ClientId,
            (Dialect::CloudShell(_) | Dialect::ServiceFabric(_), _) => false,
        };
        if !supported {
            return Err(ConfigError::UnsupportedIdentity { source_kind: self.kind(), identity });
        }
        match &self.dialect {
            Dialect::WorkloadIdentity(it) => it.client_id(request).map(drop),
            _ => Ok(()),
        }
    }

    pub(crate) fn request(&self, parts: &RequestParts<'_>) -> Result<Request<Vec<u8>>, ConfigError> {
        match &self.dialect {
            Dialect::AppService(it) => it.request(parts),
            Dialect::AzureArc(it) => it.request(parts),
            Dialect::CloudShell(it) => it.request(parts),
            Dialect::Imds(it) => it.request(parts),
            Dialect::MachineLearning(it) => it.request(parts),
            Dialect::ServiceFabric(it) => it.request(parts),
            Dialect::WorkloadIdentity(it) => it.request(parts),
        }
    }

    /// The text in the source's requests that a peer must not bring back into an error message.
    pub(crate) fn secret(&self) -> Option<&str> {
        match &self.dialect {
            Dialect::AppService(it) => Some(it.header.text()),
            Dialect::MachineLearning(it) => Some(it.secret.text()),
            Dialect::ServiceFabric(it) => Some(it.header.text()),
            Dialect::AzureArc(_) | Dialect::CloudShell(_) | Dialect::Imds(_) | Dialect::WorkloadIdentity(_) => None,
        }
    }

    /// The promises a transport must keep for this source.
    pub(crate) fn policy(&self) -> HttpPolicy {
        let trust = match &self.dialect {
            Dialect::ServiceFabric(it) => Trust::Leaf(it.thumbprint),
            _ if self.endpoint().is_https() => Trust::Roots,
            _ => Trust::Plain,
        };
        // An endpoint on the machine answers at once or not at all: two connection attempts and the delay between them
        // must fit into five seconds. The authority of workload identity is somewhere on the internet.
        let connect_timeout = match self.kind() {
            SourceKind::WorkloadIdentity => Duration::from_secs(10),
            _ => Duration::from_millis(1500),
        };
        HttpPolicy {
            connect_timeout,
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(30),
            max_body: 64 * 1024,
            trust,
        }
    }
}

impl From<Dialect> for Source {
    fn from(dialect: Dialect) -> Self {
        Self { dialect, reason: CHOSEN_BY_CALLER }
    }
}

/// A secret that goes out as the value of a header.
#[derive(Clone, PartialEq, Eq)]
struct SecretHeader {
    text: Secret,
    value: HeaderValue,
}

impl SecretHeader {
    /// `name` is the environment variable it comes from, for errors.
    fn new(name: &'static str, text: &str) -> Result<Self, ConfigError> {
        let mut value = HeaderValue::from_str(text).map_err(|_| ConfigError::IllegalCharacters { name })?;
        value.set_sensitive(true);
        Ok(Self { text: Secret::new(String::from(text)), value })
    }

    fn text(&self) -> &str {
        self.text.expose()
    }
}

impl fmt::Debug for SecretHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

const METADATA: HeaderName = HeaderName::from_static("metadata");
const TRUE: HeaderValue = HeaderValue::from_static("true");

/// A GET of `uri` with these headers.
fn get<const N: usize>(uri: Uri, headers: [(HeaderName, HeaderValue); N]) -> Request<Vec<u8>> {
    request(Method::GET, uri, headers, Vec::new())
}

/// A POST of a form to `uri` with these headers.
fn post<const N: usize>(uri: Uri, headers: [(HeaderName, HeaderValue); N], form: String) -> Request<Vec<u8>> {
    let mut request = request(Method::POST, uri, headers, form.into_bytes());
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(http::header::CONTENT_TYPE, form);
    request
}

fn request<const N: usize>(
    method: Method,
    uri: Uri,
    headers: [(HeaderName, HeaderValue); N],
    body: Vec<u8>,
) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request.headers_mut().extend(headers);
    request
}
